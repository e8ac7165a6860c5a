package io.leat.models.onnx;

import ai.onnxruntime.OnnxJavaType;
import java.util.Optional;

/** What a tensor's elements are, as ONNX names it. */
public enum ElementType {
  FLOAT(OnnxJavaType.FLOAT),
  DOUBLE(OnnxJavaType.DOUBLE),
  INT32(OnnxJavaType.INT32),
  INT64(OnnxJavaType.INT64),
  BOOL(OnnxJavaType.BOOL),
  STRING(OnnxJavaType.STRING);

  private static final double TWO_TO_63 = 0x1p63;

  private final OnnxJavaType type;

  ElementType(OnnxJavaType type) {
    this.type = type;
  }

  /** Empty of the types that no feature has. */
  static Optional<ElementType> of(OnnxJavaType type) {
    for (ElementType known : values()) {
      if (known.type == type) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  OnnxJavaType type() {
    return type;
  }

  /** Bytes of an element; 0 of text, which has no fixed length. */
  int bytes() {
    return this == STRING ? 0 : type.size;
  }

  /**
   * Whether a feature's value has an equal in this type. FLOAT takes every number, rounded to the
   * nearest that it has; true is 1 and false is 0.
   *
   * @param value a Number, a Boolean or text
   */
  boolean takes(Object value) {
    if (this == STRING || !(value instanceof Number number)) {
      return this == STRING ? value instanceof CharSequence : value instanceof Boolean;
    }
    return switch (this) {
      case FLOAT -> true;
      case DOUBLE -> !(number instanceof Long) || isDouble(number.longValue());
      case INT32 -> isWhole(number) && number.longValue() == (int) number.longValue();
      case INT64 -> isWhole(number);
      case BOOL -> number.doubleValue() == 0 || number.doubleValue() == 1;
      case STRING -> false;
    };
  }

  private static boolean isDouble(long number) {
    return (double) number < TWO_TO_63 && (long) (double) number == number;
  }

  private static boolean isWhole(Number number) {
    if (number instanceof Long || number instanceof Integer) {
      return true;
    }
    double value = number.doubleValue();
    return value == Math.rint(value) && value >= -TWO_TO_63 && value < TWO_TO_63;
  }

  boolean isReal() {
    return this == FLOAT || this == DOUBLE;
  }
}

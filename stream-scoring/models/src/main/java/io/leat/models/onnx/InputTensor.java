package io.leat.models.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place of one of a graph's inputs, for as many rows as a batch may have. Owned by one thread.
 */
final class InputTensor {
  private final ElementType type;
  private final int width;
  private final boolean matrix;
  private final ByteBuffer numbers;
  private final String[] texts;

  /**
   * @param width elements a row
   * @param rows most rows
   */
  InputTensor(Signature.Tensor tensor, int width, int rows) {
    this.type = tensor.type();
    this.width = width;
    this.matrix = tensor.shape().size() == 2;
    this.numbers =
        ByteBuffer.allocateDirect(rows * width * type.bytes()).order(ByteOrder.nativeOrder());
    this.texts = new String[isText() ? rows * width : 0];
  }

  boolean isText() {
    return type == ElementType.STRING;
  }

  /**
   * Writes an element.
   *
   * @return whether its type takes the value
   */
  boolean put(int row, int column, Object value) {
    if (!type.takes(value)) {
      return false;
    }
    int place = row * width + column;
    if (isText()) {
      texts[place] = value.toString();
      return true;
    }
    Number number =
        value instanceof Boolean truth ? Integer.valueOf(truth ? 1 : 0) : (Number) value;
    switch (type) {
      case FLOAT -> numbers.putFloat(place * Float.BYTES, (float) number.doubleValue());
      case DOUBLE -> numbers.putDouble(place * Double.BYTES, number.doubleValue());
      case INT32 -> numbers.putInt(place * Integer.BYTES, number.intValue());
      case INT64 -> numbers.putLong(place * Long.BYTES, number.longValue());
      case BOOL -> numbers.put(place, number.byteValue());
      case STRING -> throw new IllegalStateException("text has been written");
    }
    return true;
  }

  /**
   * Writes elements of a matrix of floats, from a column on.
   *
   * @param values of the whole row
   * @return the column of the first value that is no double, or not finite in single precision, and
   *     is not written; one behind the last where all are
   */
  int putFinite(int row, int from, List<? extends @Nullable Object> values) {
    int size = values.size();
    int place = row * width * Float.BYTES;
    for (int column = from; column < size; column++) {
      if (!(values.get(column) instanceof Double number)) {
        return column;
      }
      float rounded = number.floatValue();
      if (!Float.isFinite(rounded)) {
        return column;
      }
      numbers.putFloat(place + column * Float.BYTES, rounded);
    }
    return size;
  }

  /** Some rows as a tensor: of numbers over this place, of texts a copy. */
  OnnxTensor rows(int from, int rows) throws OrtException {
    long[] shape = matrix ? new long[] {rows, width} : new long[] {rows};
    return isText()
        ? OnnxTensor.createTensor(
            OnnxSession.ENVIRONMENT,
            Arrays.copyOfRange(texts, from * width, (from + rows) * width),
            shape)
        : OnnxTensor.createTensor(
            OnnxSession.ENVIRONMENT,
            RunOutput.part(numbers, from * width * type.bytes(), rows * width * type.bytes()),
            shape,
            type.type());
  }
}

package io.leat.models.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a run gave under one of a graph's outputs. */
sealed interface RunOutput {
  /** A tensor. */
  sealed interface Elements extends RunOutput {
    /** Shape of one row. */
    List<Long> shape();

    /**
     * @param place of an element in the tensor, row by row
     * @return Double, Long, Boolean or String
     */
    Object get(int place);

    /** Elements a row. */
    int width();
  }

  /**
   * @param width elements a row, which is asked for at every score
   */
  record Numbers(ElementType type, ByteBuffer buffer, List<Long> shape, int width)
      implements Elements {
    Numbers(ElementType type, ByteBuffer buffer, List<Long> shape) {
      this(
          type,
          buffer,
          shape,
          shape.stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact));
    }

    @Override
    public Object get(int place) {
      return switch (type) {
        case FLOAT, DOUBLE -> real(place);
        case INT32 -> (long) buffer.getInt(place * Integer.BYTES);
        case INT64 -> buffer.getLong(place * Long.BYTES);
        case BOOL -> buffer.get(place) != 0;
        case STRING -> throw new IllegalStateException("texts are no numbers");
      };
    }

    /** A place for so many rows of this shape. */
    Numbers room(int rows) {
      ByteBuffer place =
          ByteBuffer.allocateDirect(rows * width * type.bytes()).order(ByteOrder.nativeOrder());
      return new Numbers(type, place, shape, width);
    }

    /** Some of the rows, over the same memory. */
    Numbers rows(int from, int rows) {
      int bytes = width * type.bytes();
      return new Numbers(type, part(buffer, from * bytes, rows * bytes), shape, width);
    }

    /** A tensor over this memory. */
    OnnxTensor tensor(int rows) throws OrtException {
      long[] whole = new long[shape.size() + 1];
      whole[0] = rows;
      for (int i = 1; i < whole.length; i++) {
        whole[i] = shape.get(i - 1);
      }
      return OnnxTensor.createTensor(OnnxSession.ENVIRONMENT, buffer, whole, type.type());
    }

    double real(int place) {
      return type == ElementType.FLOAT
          ? buffer.getFloat(place * Float.BYTES)
          : buffer.getDouble(place * Double.BYTES);
    }
  }

  record Texts(List<String> texts, List<Long> shape) implements Elements {
    @Override
    public int width() {
      return shape.stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact);
    }

    @Override
    public Object get(int place) {
      return texts.get(place);
    }
  }

  /** ZipMap's: from class to probability, one a row. */
  record Maps(List<Map<?, ?>> rows) implements RunOutput {}

  /** Some bytes of a direct buffer, over the same memory. */
  static ByteBuffer part(ByteBuffer buffer, int from, int bytes) {
    return buffer.slice(from, bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Copies a value out of native memory; what it opened for that is closed.
   *
   * @param rows how many rows went in
   * @throws InferenceException if not as many came out
   */
  static RunOutput of(String name, OnnxValue value, int rows)
      throws OrtException, InferenceException {
    if (value instanceof OnnxSequence sequence) {
      List<Map<?, ?>> maps = new ArrayList<>();
      List<? extends OnnxValue> opened = sequence.getValue();
      try {
        for (OnnxValue map : opened) {
          maps.add(((OnnxMap) map).getValue());
        }
      } finally {
        opened.forEach(OnnxValue::close);
      }
      requireRows(name, maps.size() == rows, List.of((long) maps.size()), rows);
      return new Maps(maps);
    }
    OnnxTensor tensor = (OnnxTensor) value; // the signature says so
    TensorInfo info = tensor.getInfo();
    List<Long> shape = Arrays.stream(info.getShape()).boxed().toList();
    requireRows(name, !shape.isEmpty() && shape.get(0) == rows, shape, rows);
    List<Long> rowShape = shape.subList(1, shape.size());
    ElementType type = ElementType.of(info.type).orElseThrow();
    if (type == ElementType.STRING) {
      List<String> texts = new ArrayList<>();
      flatten(tensor.getValue(), texts);
      return new Texts(texts, rowShape);
    }
    ByteBuffer copy = Objects.requireNonNull(tensor.getByteBuffer(), "numbers have bytes");
    return new Numbers(type, copy.order(ByteOrder.nativeOrder()), rowShape);
  }

  private static void requireRows(String name, boolean same, List<Long> shape, int rows)
      throws InferenceException {
    if (!same) {
      throw new InferenceException(
          "output %s has the shape %s for a batch of %d; expected a row a vector, so %d first"
              .formatted(name, shape, rows, rows));
    }
  }

  /** Adds the texts of nested arrays, row by row. */
  static void flatten(Object value, List<String> texts) {
    if (value instanceof Object[] items) {
      for (Object item : items) {
        flatten(item, texts);
      }
    } else {
      texts.add(String.valueOf(value));
    }
  }
}

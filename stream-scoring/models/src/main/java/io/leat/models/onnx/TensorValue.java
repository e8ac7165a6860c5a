package io.leat.models.onnx;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * A tensor in Java's memory, as requests give it and answers have it: {@code float[]}, {@code
 * double[]}, {@code int[]}, {@code long[]}, {@code byte[]} (0 or 1, of BOOL) or {@code String[]},
 * row by row. Not to be changed.
 */
public final class TensorValue {
  private final ElementType type;
  private final List<Long> shape;
  private final Object elements;

  private TensorValue(ElementType type, List<Long> shape, Object elements) {
    this.type = type;
    this.shape = List.copyOf(shape);
    this.elements = elements;
  }

  /**
   * @param shape sizes of the dimensions, none negative; their product is the number of elements
   * @param elements an array of the type, which is handed over
   * @throws IllegalArgumentException if the array is of another type or length
   */
  public static TensorValue of(ElementType type, List<Long> shape, Object elements) {
    Class<?> expected =
        switch (type) {
          case FLOAT -> float[].class;
          case DOUBLE -> double[].class;
          case INT32 -> int[].class;
          case INT64 -> long[].class;
          case BOOL -> byte[].class;
          case STRING -> String[].class;
        };
    if (!expected.isInstance(elements)
        || Array.getLength(elements)
            != shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact)) {
      throw new IllegalArgumentException(
          "%s of the shape %s, and %s".formatted(type, shape, elements.getClass()));
    }
    return new TensorValue(type, shape, elements);
  }

  public ElementType type() {
    return type;
  }

  /** Sizes of the dimensions. */
  public List<Long> shape() {
    return shape;
  }

  /** How many elements there are. */
  public int size() {
    return Array.getLength(elements);
  }

  /** The array; not to be changed. */
  public Object elements() {
    return elements;
  }

  /** Float, Double, Integer, Long, Boolean or String. */
  public Object get(int place) {
    return switch (type) {
      case FLOAT -> ((float[]) elements)[place];
      case DOUBLE -> ((double[]) elements)[place];
      case INT32 -> ((int[]) elements)[place];
      case INT64 -> ((long[]) elements)[place];
      case BOOL -> ((byte[]) elements)[place] != 0;
      case STRING -> ((String[]) elements)[place];
    };
  }

  /**
   * Runs a graph on tensors as they are, all rows at once.
   *
   * @param outputs names of tensors that the graph gives
   * @throws InferenceException if the graph fails on them
   */
  static Map<String, TensorValue> run(
      OnnxSession session, Map<String, TensorValue> inputs, List<String> outputs)
      throws InferenceException {
    Map<String, OnnxTensor> fed = new HashMap<>();
    try {
      for (Map.Entry<String, TensorValue> input : inputs.entrySet()) {
        fed.put(input.getKey(), input.getValue().tensor());
      }
      try (OrtSession.Result result =
          session.run(fed, new LinkedHashSet<>(outputs), Map.of(), null)) {
        Map<String, TensorValue> given = new LinkedHashMap<>();
        for (String output : outputs) {
          given.put(output, copy(result.get(output).orElseThrow()));
        }
        return given;
      }
    } catch (OrtException e) {
      throw new InferenceException(e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor() throws OrtException {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    return switch (type) {
      case FLOAT ->
          OnnxTensor.createTensor(
              OnnxSession.ENVIRONMENT, FloatBuffer.wrap((float[]) elements), sizes);
      case DOUBLE ->
          OnnxTensor.createTensor(
              OnnxSession.ENVIRONMENT, DoubleBuffer.wrap((double[]) elements), sizes);
      case INT32 ->
          OnnxTensor.createTensor(OnnxSession.ENVIRONMENT, IntBuffer.wrap((int[]) elements), sizes);
      case INT64 ->
          OnnxTensor.createTensor(
              OnnxSession.ENVIRONMENT, LongBuffer.wrap((long[]) elements), sizes);
      case BOOL ->
          OnnxTensor.createTensor(
              OnnxSession.ENVIRONMENT,
              ByteBuffer.wrap((byte[]) elements),
              sizes,
              OnnxJavaType.BOOL);
      case STRING -> OnnxTensor.createTensor(OnnxSession.ENVIRONMENT, (String[]) elements, sizes);
    };
  }

  private static TensorValue copy(OnnxValue value) throws OrtException {
    OnnxTensor tensor = (OnnxTensor) value; // the signature says so
    List<Long> shape = Arrays.stream(tensor.getInfo().getShape()).boxed().toList();
    ElementType type = ElementType.of(tensor.getInfo().type).orElseThrow();
    int size = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    if (type == ElementType.STRING) {
      List<String> texts = new ArrayList<>(size);
      RunOutput.flatten(tensor.getValue(), texts);
      return new TensorValue(type, shape, texts.toArray(String[]::new));
    }
    ByteBuffer bytes =
        size == 0 // which may have no bytes at all
            ? ByteBuffer.allocate(0)
            : requireNonNull(tensor.getByteBuffer(), "numbers have bytes");
    return ofNumbers(type, shape, bytes.order(ByteOrder.nativeOrder()));
  }

  /**
   * A tensor out of the bytes of its numbers, one after the other.
   *
   * @param type any but {@link ElementType#STRING}
   * @param shape as of {@link #of}
   * @param bytes in their own order; a BOOL is a byte, true unless it is 0
   * @throws java.nio.BufferUnderflowException if there are fewer than the shape has
   */
  public static TensorValue ofNumbers(ElementType type, List<Long> shape, ByteBuffer bytes) {
    int size = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    Object elements =
        switch (type) {
          case FLOAT -> {
            float[] array = new float[size];
            bytes.asFloatBuffer().get(array);
            yield array;
          }
          case DOUBLE -> {
            double[] array = new double[size];
            bytes.asDoubleBuffer().get(array);
            yield array;
          }
          case INT32 -> {
            int[] array = new int[size];
            bytes.asIntBuffer().get(array);
            yield array;
          }
          case INT64 -> {
            long[] array = new long[size];
            bytes.asLongBuffer().get(array);
            yield array;
          }
          case BOOL -> {
            byte[] array = new byte[size];
            for (int i = 0; i < size; i++) {
              array[i] = (byte) (bytes.get() == 0 ? 0 : 1);
            }
            yield array;
          }
          case STRING -> throw new IllegalArgumentException("texts are no numbers");
        };
    return new TensorValue(type, shape, elements);
  }

  @Override
  public String toString() {
    return "%s %s".formatted(type, shape);
  }
}

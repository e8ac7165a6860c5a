package io.leat.scoring.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.models.onnx.ElementType;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.TensorValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The datatypes of the Open Inference Protocol as far as graphs are fed with them, and tensors in
 * its raw form: little-endian, a text with its length in four bytes before it. Stateless.
 */
final class Datatypes {
  private static final int LENGTH_BYTES = 4;

  private Datatypes() {}

  /** The protocol's name of a type. */
  static String name(ElementType type) {
    return switch (type) {
      case FLOAT -> "FP32";
      case DOUBLE -> "FP64";
      case INT32 -> "INT32";
      case INT64 -> "INT64";
      case BOOL -> "BOOL";
      case STRING -> "BYTES";
    };
  }

  /** The tensors among a graph's inputs or outputs. */
  static List<Signature.Tensor> tensors(List<Signature.Value> values) {
    return values.stream()
        .filter(Signature.Tensor.class::isInstance)
        .map(Signature.Tensor.class::cast)
        .toList();
  }

  /**
   * Makes sure that a tensor is one that an input takes.
   *
   * @return how many elements it has
   * @throws RequestException if it is of another type or shape
   */
  static int check(Signature.Tensor input, String datatype, List<Long> shape)
      throws RequestException {
    if (!datatype.equals(name(input.type()))) {
      throw RequestException.malformed(
          "Input %s is %s; the model takes %s.", input.name(), datatype, name(input.type()));
    }
    boolean fits = input.shape().isEmpty() || input.shape().size() == shape.size();
    for (int i = 0; fits && i < input.shape().size(); i++) {
      fits = input.shape().get(i) < 0 || input.shape().get(i).equals(shape.get(i));
    }
    if (!fits || shape.stream().anyMatch(size -> size < 0)) {
      throw RequestException.malformed(
          "Input %s has the shape %s; the model takes %s, where -1 is any size.",
          input.name(), shape, input.shape());
    }
    try {
      return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    } catch (ArithmeticException e) {
      throw RequestException.malformed(
          "Input %s has the shape %s, which is more than one request may have.",
          input.name(), shape);
    }
  }

  /**
   * A tensor out of its raw form.
   *
   * @param size elements that its shape has
   * @throws RequestException if there are more or fewer bytes than that
   */
  static TensorValue ofRaw(Signature.Tensor input, List<Long> shape, int size, ByteBuffer raw)
      throws RequestException {
    ByteBuffer bytes = raw.slice().order(ByteOrder.LITTLE_ENDIAN);
    int width =
        switch (input.type()) {
          case FLOAT, INT32 -> Integer.BYTES;
          case DOUBLE, INT64 -> Long.BYTES;
          case BOOL -> 1;
          case STRING -> 0;
        };
    if (input.type() != ElementType.STRING && bytes.remaining() != (long) size * width) {
      throw RequestException.malformed(
          "Input %s has %d bytes; its shape %s of %s has %d.",
          input.name(), bytes.remaining(), shape, name(input.type()), (long) size * width);
    }
    return input.type() == ElementType.STRING
        ? TensorValue.of(input.type(), shape, texts(input, size, bytes))
        : TensorValue.ofNumbers(input.type(), shape, bytes);
  }

  private static String[] texts(Signature.Tensor input, int size, ByteBuffer bytes)
      throws RequestException {
    if (bytes.remaining() < (long) size * LENGTH_BYTES) { // before an array is made for them
      throw cutOff(input);
    }
    String[] texts = new String[size];
    for (int i = 0; i < size; i++) {
      int length = bytes.remaining() < LENGTH_BYTES ? -1 : bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw cutOff(input);
      }
      byte[] text = new byte[length];
      bytes.get(text);
      texts[i] = new String(text, UTF_8);
    }
    if (bytes.hasRemaining()) {
      throw RequestException.malformed(
          "Input %s has %d bytes behind its %d texts.", input.name(), bytes.remaining(), size);
    }
    return texts;
  }

  private static RequestException cutOff(Signature.Tensor input) {
    return RequestException.malformed(
        "The bytes of input %s end within a text; expected four bytes of length before each.",
        input.name());
  }

  /** A tensor in its raw form. */
  static byte[] raw(TensorValue tensor) {
    if (tensor.type() == ElementType.STRING) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (String text : (String[]) tensor.elements()) {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeBytes(
            ByteBuffer.allocate(LENGTH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array());
        out.writeBytes(bytes);
      }
      return out.toByteArray();
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(tensor.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tensor.size(); i++) {
      Object value = tensor.get(i);
      switch (tensor.type()) {
        case FLOAT -> bytes.putFloat((Float) value);
        case DOUBLE -> bytes.putDouble((Double) value);
        case INT32 -> bytes.putInt((Integer) value);
        case INT64 -> bytes.putLong((Long) value);
        case BOOL -> bytes.put((byte) ((Boolean) value ? 1 : 0));
        case STRING -> throw new IllegalStateException("texts are written above");
      }
    }
    byte[] written = new byte[bytes.position()];
    bytes.flip().get(written);
    return written;
  }
}

package io.leat.models.explanation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A tensor that stands in a graph.
 *
 * @param type one of the numbers below
 * @param numbers its numbers in row-major order; none of a tensor of texts
 * @param texts its texts
 */
record OnnxTensor(int type, double[] numbers, List<String> texts) {
  static final int FLOAT = 1;
  static final int INT8 = 3;
  static final int UINT8 = 2;
  static final int INT32 = 6;
  static final int INT64 = 7;
  static final int STRING = 8;
  static final int BOOL = 9;
  static final int DOUBLE = 11;

  static OnnxTensor of(UnknownFieldSet tensor) {
    int type = (int) last(integers(tensor.getField(2)));
    List<ByteString> raw = tensor.getField(9).getLengthDelimitedList();
    double[] numbers =
        switch (type) {
          case FLOAT -> raw.isEmpty() ? floats(tensor.getField(4)) : raw(raw, type);
          case INT8, UINT8, INT32, BOOL ->
              raw.isEmpty() ? integers(tensor.getField(5)) : raw(raw, type);
          case INT64 -> raw.isEmpty() ? integers(tensor.getField(7)) : raw(raw, type);
          case DOUBLE -> raw.isEmpty() ? doubles(tensor.getField(10)) : raw(raw, type);
          default -> new double[0];
        };
    return new OnnxTensor(type, numbers, OnnxGraph.strings(tensor.getField(6)));
  }

  /** Floats of a repeated field, packed or not. */
  static double[] floats(Field field) {
    DoubleStream.Builder floats = DoubleStream.builder();
    field.getFixed32List().forEach(bits -> floats.add(Float.intBitsToFloat(bits)));
    for (ByteString packed : field.getLengthDelimitedList()) {
      ByteBuffer buffer = littleEndian(packed);
      while (buffer.remaining() >= Float.BYTES) {
        floats.add(buffer.getFloat());
      }
    }
    return floats.build().toArray();
  }

  /** Whole numbers of a repeated field, packed or not. */
  static double[] integers(Field field) {
    DoubleStream.Builder integers = DoubleStream.builder();
    field.getVarintList().forEach(integers::add);
    for (ByteString packed : field.getLengthDelimitedList()) {
      CodedInputStream stream = packed.newCodedInput();
      try {
        while (!stream.isAtEnd()) {
          integers.add((double) stream.readInt64());
        }
      } catch (IOException e) {
        throw OnnxGraph.broken(e);
      }
    }
    return integers.build().toArray();
  }

  private static double[] doubles(Field field) {
    DoubleStream.Builder doubles = DoubleStream.builder();
    field.getFixed64List().forEach(bits -> doubles.add(Double.longBitsToDouble(bits)));
    for (ByteString packed : field.getLengthDelimitedList()) {
      ByteBuffer buffer = littleEndian(packed);
      while (buffer.remaining() >= Double.BYTES) {
        doubles.add(buffer.getDouble());
      }
    }
    return doubles.build().toArray();
  }

  private static double[] raw(List<ByteString> raw, int type) {
    ByteBuffer buffer = littleEndian(raw.get(raw.size() - 1));
    DoubleStream.Builder numbers = DoubleStream.builder();
    int width =
        switch (type) {
          case FLOAT, INT32 -> Integer.BYTES;
          case INT64, DOUBLE -> Long.BYTES;
          default -> Byte.BYTES;
        };
    while (buffer.remaining() >= width) {
      numbers.add(
          switch (type) {
            case FLOAT -> buffer.getFloat();
            case INT32 -> buffer.getInt();
            case INT64 -> buffer.getLong();
            case DOUBLE -> buffer.getDouble();
            case UINT8 -> Byte.toUnsignedInt(buffer.get());
            default -> buffer.get();
          });
    }
    return numbers.build().toArray();
  }

  private static ByteBuffer littleEndian(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static double last(double[] numbers) {
    if (numbers.length == 0) {
      throw new ModelException("the file is no ONNX model: a tensor has no type");
    }
    return numbers[numbers.length - 1];
  }
}

package io.leat.drift;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.OptionalDouble;

/**
 * What a measure was in the last windows, where training data say nothing of it: beside their
 * median a window that was off spoils nothing, and what stays is usual after four of them, as it is
 * of {@link Volumes}. Mutable; not thread-safe.
 */
final class Recent {
  private static final int COMPARED = 7;
  private static final int LEAST = 3;

  private final ArrayDeque<Double> values = new ArrayDeque<>();

  /** The median; empty where too few are known. */
  OptionalDouble usual() {
    if (values.size() < LEAST) {
      return OptionalDouble.empty();
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return OptionalDouble.of((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
  }

  void add(double value) {
    values.addLast(value);
    if (values.size() > COMPARED) {
      values.removeFirst();
    }
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * values.size());
    values.forEach(bytes::putDouble);
    return bytes.array();
  }

  static Recent read(byte[] written) {
    Recent read = new Recent();
    ByteBuffer bytes = ByteBuffer.wrap(written);
    while (bytes.hasRemaining()) {
      read.add(bytes.getDouble());
    }
    return read;
  }
}

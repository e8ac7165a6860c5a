package io.leat.features.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads what {@link StateWriter} wrote. Bytes that end too early throw {@link
 * IndexOutOfBoundsException}.
 */
final class StateReader {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private int position;

  void begin(byte[] state) {
    bytes = state;
    position = 0;
  }

  int takeByte() {
    return bytes[position++] & 0xFF;
  }

  long takeVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes[position++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("a varint has more than ten bytes");
  }

  long takeZigzag() {
    long value = takeVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  double takeDouble() {
    double value = Double.longBitsToDouble((long) LONG.get(bytes, position));
    position += 8;
    return value;
  }

  int remaining() {
    return bytes.length - position;
  }
}

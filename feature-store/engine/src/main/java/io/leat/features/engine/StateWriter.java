package io.leat.features.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes the primitives of the state's layout into a buffer that is used again and again. */
final class StateWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[512];
  private int position;

  void begin() {
    position = 0;
  }

  void putByte(int value) {
    ensure(1);
    bytes[position++] = (byte) value;
  }

  /** Seven bits a byte, the lowest first; the value is taken as unsigned. */
  void putVarint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[position++] = (byte) rest;
  }

  /** A varint of 0, -1, 1, -2, 2, ... as 0, 1, 2, 3, 4, ... */
  void putZigzag(long value) {
    putVarint((value << 1) ^ (value >> 63));
  }

  /** IEEE 754, eight bytes, big-endian. */
  void putDouble(double value) {
    ensure(8);
    LONG.set(bytes, position, Double.doubleToRawLongBits(value));
    position += 8;
  }

  byte[] end() {
    return Arrays.copyOf(bytes, position);
  }

  private void ensure(int more) {
    if (bytes.length - position < more) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
    }
  }
}

package io.leat.features.aggregation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.schemas.FeatureValues;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes the primitives of the state's layout into a buffer that is used again and again. */
public final class StateWriter implements FeatureValues.Output<RuntimeException> {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[512];
  private int position;

  public void begin() {
    position = 0;
  }

  @Override
  public void putByte(int value) {
    ensure(1);
    bytes[position++] = (byte) value;
  }

  /** Seven bits a byte, the lowest first; the value is taken as unsigned. */
  public void putVarint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[position++] = (byte) rest;
  }

  /** A varint of 0, -1, 1, -2, 2, ... as 0, 1, 2, 3, 4, ... */
  public void putZigzag(long value) {
    putVarint((value << 1) ^ (value >> 63));
  }

  /** IEEE 754, eight bytes, big-endian. */
  @Override
  public void putDouble(double value) {
    putLong(Double.doubleToRawLongBits(value));
  }

  /** Eight bytes, big-endian. */
  public void putLong(long value) {
    ensure(8);
    LONG.set(bytes, position, value);
    position += 8;
  }

  /** Length in bytes as a varint, then UTF-8. */
  @Override
  public void putText(String text) {
    putBytes(text.getBytes(UTF_8));
  }

  /** Length as a varint, then the bytes. */
  public void putBytes(byte[] more) {
    putVarint(more.length);
    ensure(more.length);
    System.arraycopy(more, 0, bytes, position, more.length);
    position += more.length;
  }

  @Override
  public void putWhole(long value) {
    putZigzag(value);
  }

  /** A Long, Double, Boolean, String or null, behind a byte that says which. */
  public void putValue(@Nullable Object value) {
    FeatureValues.write(value, this);
  }

  public byte[] end() {
    return Arrays.copyOf(bytes, position);
  }

  private void ensure(int more) {
    if (bytes.length - position < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, position + more));
    }
  }
}

package io.leat.features.aggregation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.schemas.FeatureValues;
import io.leat.schemas.NullReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link StateWriter} wrote. Bytes that end too early throw {@link
 * IndexOutOfBoundsException}.
 */
public final class StateReader implements FeatureValues.Input<RuntimeException> {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private int position;

  public void begin(byte[] state) {
    bytes = state;
    position = 0;
  }

  @Override
  public int takeByte() {
    return bytes[position++] & 0xFF;
  }

  public long takeVarint() {
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

  public long takeZigzag() {
    long value = takeVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  @Override
  public double takeDouble() {
    return Double.longBitsToDouble(takeLong());
  }

  public long takeLong() {
    long value = (long) LONG.get(bytes, position);
    position += 8;
    return value;
  }

  @Override
  public String takeText() {
    int length = takeCount(1);
    String text = new String(bytes, position, length, UTF_8);
    position += length;
    return text;
  }

  public byte[] takeBytes() {
    int length = takeCount(1);
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  @Override
  public long takeWhole() {
    return takeZigzag();
  }

  /**
   * A Long, Double, Boolean, String or null.
   *
   * @throws StateFormatException if it is anything else
   */
  public @Nullable Object takeValue() {
    Object value;
    try {
      value = FeatureValues.read(this);
    } catch (IllegalArgumentException e) {
      throw new StateFormatException(String.valueOf(e.getMessage()));
    }
    if (value instanceof NullReason reason) {
      throw new StateFormatException("a value in it is the reason " + reason);
    }
    return value;
  }

  /**
   * A varint that says how many things follow, each of which takes so many bytes at least.
   *
   * @throws StateFormatException if there is no room for them
   */
  public int takeCount(int least) {
    long count = takeVarint();
    if (count < 0 || count > remaining() / least) {
      throw new StateFormatException(
          "it claims %s things of %d bytes or more where %d bytes are left"
              .formatted(Long.toUnsignedString(count), least, remaining()));
    }
    return (int) count;
  }

  public int remaining() {
    return bytes.length - position;
  }
}

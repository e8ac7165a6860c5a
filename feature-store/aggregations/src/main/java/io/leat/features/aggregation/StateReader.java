package io.leat.features.aggregation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.aggregation.StateWriter.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link StateWriter} wrote. Bytes that end too early throw {@link
 * IndexOutOfBoundsException}.
 */
public final class StateReader {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private int position;

  public void begin(byte[] state) {
    bytes = state;
    position = 0;
  }

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

  public double takeDouble() {
    return Double.longBitsToDouble(takeLong());
  }

  public long takeLong() {
    long value = (long) LONG.get(bytes, position);
    position += 8;
    return value;
  }

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

  public @Nullable Object takeValue() {
    int kind = takeByte();
    return switch (kind) {
      case Kind.NULL -> null;
      case Kind.LONG -> takeZigzag();
      case Kind.DOUBLE -> takeDouble();
      case Kind.FALSE -> false;
      case Kind.TRUE -> true;
      case Kind.TEXT -> takeText();
      default -> throw new StateFormatException("a value in it is of kind " + kind);
    };
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

package io.leat.schemas;

import java.math.BigInteger;
import java.util.Arrays;

/** Unscaled numbers of decimals as Avro writes them: two's complement, the highest byte first. */
final class UnscaledNumbers {
  /** Digits that every long of so many has. */
  private static final int LONG_DIGITS = 18;

  private UnscaledNumbers() {}

  /**
   * Two's complement in as many bytes as asked for.
   *
   * @throws UnfitValueException if the number needs more
   */
  static byte[] widened(byte[] number, int size) {
    if (number.length > size) {
      throw new UnfitValueException(" is a number of more than %d bytes".formatted(size));
    }
    byte[] wide = new byte[size];
    Arrays.fill(wide, 0, size - number.length, (byte) (number[0] < 0 ? -1 : 0));
    System.arraycopy(number, 0, wide, size - number.length, number.length);
    return wide;
  }

  /** Says whether numbers have at most some digits, without writing them out. */
  static final class Digits {
    /** No record is so long that a number in it has more. */
    private static final int MOST_THERE_ARE = 3 * Topics.LARGEST_RECORD;

    private final int most;
    private final BigInteger limit;

    /**
     * @param most digits that a number may have; at least 1
     */
    Digits(int most) {
      this.most = most;
      this.limit = BigInteger.TEN.pow(most < MOST_THERE_ARE ? most : 0);
    }

    /** Whether a number of at least one byte has no more digits. */
    boolean hold(byte[] number) {
      if (number.length <= Long.BYTES) {
        return most > LONG_DIGITS || isWithin(toLong(number), limit.longValue());
      }
      return most >= MOST_THERE_ARE || new BigInteger(number).abs().compareTo(limit) < 0;
    }

    private static boolean isWithin(long number, long limit) {
      return number < limit && number > -limit;
    }

    private static long toLong(byte[] number) {
      long value = number[0];
      for (int i = 1; i < number.length; i++) {
        value = value << Byte.SIZE | number[i] & 0xFF;
      }
      return value;
    }
  }
}

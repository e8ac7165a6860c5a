package io.leat.benchmarks;

/**
 * What one of the peers says of each payment: count, sum, average and maximum over 1, 7 and 30
 * days, three times four values in this order. Of the values of a payment one hash is kept, so that
 * millions are compared in little memory.
 */
final class PeerRows {
  /** Takes the values out of a record. */
  interface Decoder {
    void decode(byte[] record, PeerRows rows);
  }

  /** Values of one window. */
  static final int OF_WINDOW = 4;

  /** Values of a payment. */
  static final int VALUES = 3 * OF_WINDOW;

  private final long[] hashes;

  /** A bit for each value that is there. */
  private final short[] there;

  private long found;

  /**
   * @param events payments, numbered from 0
   */
  PeerRows(int events) {
    hashes = new long[events];
    there = new short[events];
  }

  /** Whether all values of all payments are there. */
  boolean isComplete() {
    return found == (long) hashes.length * VALUES;
  }

  /** As many payments as there are values of. */
  int payments() {
    return (int) (found / VALUES);
  }

  /**
   * Takes one value; of a payment beyond those that are asked for, none.
   *
   * @throws IllegalStateException if it was there before, or is no number
   */
  void put(long payment, int column, double value) {
    if (payment >= hashes.length) {
      return;
    }
    int at = (int) payment;
    if ((there[at] >> column & 1) != 0 || Double.isNaN(value)) {
      throw new IllegalStateException(
          "payment %d, value %d: %s came %s; expected one number"
              .formatted(
                  payment,
                  column,
                  value,
                  (there[at] >> column & 1) != 0 ? "after another" : "first"));
    }
    there[at] |= (short) (1 << column);
    hashes[at] += mixed(Double.doubleToLongBits(value) + mixed(column + 1L));
    found++;
  }

  /**
   * Compares all of these with the first of others.
   *
   * @throws IllegalStateException if some payment's values are not the same, bit for bit
   */
  void requireEqualTo(PeerRows expected, String name) {
    for (int payment = 0; payment < hashes.length; payment++) {
      if (hashes[payment] != expected.hashes[payment]) {
        throw new IllegalStateException(
            "payment %d: %s says other values than Leat".formatted(payment, name));
      }
    }
  }

  /** SplitMix64's finaliser. */
  private static long mixed(long number) {
    long z = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

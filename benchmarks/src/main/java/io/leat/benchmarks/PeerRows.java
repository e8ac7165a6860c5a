package io.leat.benchmarks;

import java.util.Arrays;

/**
 * What one of the peers says of each payment: count, sum, average and maximum over 1, 7 and 30
 * days, three times four values in this order.
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

  private final double[] values;
  private int found;

  /**
   * @param events payments, numbered from 0
   */
  PeerRows(int events) {
    values = new double[events * VALUES];
    Arrays.fill(values, Double.NaN);
  }

  /** Whether all values of all payments are there. */
  boolean isComplete() {
    return found == values.length;
  }

  /** As many payments as there are values of. */
  int payments() {
    return found / VALUES;
  }

  /**
   * Takes one value; of a payment beyond those that are asked for, none.
   *
   * @throws IllegalStateException if it was there before, or is no number
   */
  void put(long payment, int column, double value) {
    if (payment >= values.length / VALUES) {
      return;
    }
    int at = (int) payment * VALUES + column;
    if (!Double.isNaN(values[at]) || Double.isNaN(value)) {
      throw new IllegalStateException(
          "payment %d, value %d: %s came after %s; expected one number"
              .formatted(payment, column, value, values[at]));
    }
    values[at] = value;
    found++;
  }

  /**
   * Compares all of these with the first of others.
   *
   * @throws IllegalStateException if one is not the same, bit for bit
   */
  void requireEqualTo(PeerRows expected, String name) {
    for (int at = 0; at < values.length; at++) {
      if (Double.compare(values[at], expected.values[at]) != 0) {
        throw new IllegalStateException(
            "payment %d, value %d: %s says %s, Leat says %s"
                .formatted(at / VALUES, at % VALUES, name, values[at], expected.values[at]));
      }
    }
  }
}

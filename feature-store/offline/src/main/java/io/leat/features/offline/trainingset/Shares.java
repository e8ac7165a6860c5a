package io.leat.features.offline.trainingset;

import io.leat.features.offline.OfflineException;
import java.io.Serializable;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Shares of the rows that go into each part of a training set, the oldest rows first.
 *
 * @param train 0 or more
 * @param validation 0 or more
 * @param test 0 or more; the sum of all is 1
 */
record Shares(double train, double validation, double test) implements Serializable {
  private static final double ROUNDING = 1e-9;

  Shares {
    double sum = train + validation + test;
    if (!(train >= 0 && validation >= 0 && test >= 0 && Math.abs(sum - 1) <= ROUNDING)) {
      throw new OfflineException(
          "--split is %s,%s,%s; expected three shares of 0 or more whose sum is 1, as in 0.7,0.15,0.15"
              .formatted(train, validation, test));
    }
  }

  static Shares of(List<Double> shares) {
    if (shares.size() != 3) {
      throw new OfflineException(
          "--split has %d shares; expected three, for train, validation and test, as in 0.7,0.15,0.15"
              .formatted(shares.size()));
    }
    return new Shares(shares.get(0), shares.get(1), shares.get(2));
  }

  /**
   * Where the parts begin, for rows in the order of their times: no part begins within the rows of
   * one time; these go to the later part together.
   *
   * @param rows number of rows
   * @param timeOf event time of a row, by its number from 0
   * @return number of the first row of validation and of test, {@code rows} where there is none
   */
  Borders borders(long rows, LongUnaryOperator timeOf) {
    return new Borders(border(rows, train, timeOf), border(rows, train + validation, timeOf));
  }

  /** Number of the first row of validation and of test. */
  record Borders(long validation, long test) {}

  private static long border(long rows, double share, LongUnaryOperator timeOf) {
    long border = Math.min(rows, (long) Math.floor(rows * share + ROUNDING));
    while (border > 0
        && border < rows
        && timeOf.applyAsLong(border - 1) == timeOf.applyAsLong(border)) {
      border--;
    }
    return border;
  }
}

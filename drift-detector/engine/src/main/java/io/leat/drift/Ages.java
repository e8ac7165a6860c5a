package io.leat.drift;

/**
 * How old a window's vectors were when they were written: counts by quarters of a doubling, so that
 * a quantile is at most 19 % too high. Not thread-safe.
 */
final class Ages {
  private static final int A_DOUBLING = 4;

  /** Of all milliseconds that there are. */
  static final int CELLS = 1 + A_DOUBLING * Long.SIZE;

  private final long[] counts = new long[CELLS];

  void add(long millis) {
    counts[millis < 1 ? 0 : 1 + (int) (A_DOUBLING * log2((double) millis))]++;
  }

  private static double log2(double number) {
    return Math.log(number) / Math.log(2);
  }

  void add(Ages other) {
    for (int cell = 0; cell < CELLS; cell++) {
      counts[cell] += other.counts[cell];
    }
  }

  void add(int cell, long count) {
    counts[cell] += count;
  }

  long count(int cell) {
    return counts[cell];
  }

  long all() {
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    return all;
  }

  /**
   * An age that at least this share of the vectors do not exceed, in seconds; 0 where there are
   * none.
   *
   * @param share between 0, excluded, and 1
   */
  double quantile(double share) {
    double least = share * all();
    long counted = 0;
    for (int cell = 0; cell < CELLS; cell++) {
      counted += counts[cell];
      if (counted >= least && counted > 0) {
        return cell == 0 ? 0 : Math.pow(2, cell / (double) A_DOUBLING) / 1000;
      }
    }
    return 0;
  }
}

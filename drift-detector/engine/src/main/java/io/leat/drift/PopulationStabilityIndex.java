package io.leat.drift;

/**
 * The population stability index of two sets of counts over the same buckets: the sum over buckets
 * of (a - e) ln(a / e), with e and a the expected and the actual share. 0 is no change; Siddiqi,
 * "Credit Risk Scorecards" (2006), calls less than 0.1 none, more than 0.25 significant, for large
 * samples.
 *
 * <p>The variant, which is part of the metric's name: natural logarithm; a share of 0 counts as
 * {@value #FLOOR}, on either side, without renormalising. A bucket that both sides leave empty adds
 * nothing.
 */
final class PopulationStabilityIndex {
  /** What an empty bucket's share counts as. */
  static final double FLOOR = 1e-4;

  private PopulationStabilityIndex() {}

  /** The index; each side must hold at least one count, and both equally many buckets. */
  static double of(long[] expected, long[] actual) {
    double expectedTotal = sum(expected);
    double actualTotal = sum(actual);
    double index = 0;
    for (int i = 0; i < expected.length; i++) {
      double e = expected[i] == 0 ? FLOOR : expected[i] / expectedTotal;
      double a = actual[i] == 0 ? FLOOR : actual[i] / actualTotal;
      index += (a - e) * Math.log(a / e);
    }
    return index;
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}

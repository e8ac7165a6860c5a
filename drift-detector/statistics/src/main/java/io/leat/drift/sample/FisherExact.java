package io.leat.drift.sample;

import org.apache.commons.statistics.inference.FisherExactTest;

/**
 * Fisher's exact test of two buckets, both tails: the probability, the sums being given, of a table
 * that is no more probable. The statistic is the odds ratio of the reference's first bucket,
 * infinite or NaN where buckets are empty. For a few thousand rows. Time: O(n).
 */
final class FisherExact implements SampleTest<long[]> {
  @Override
  public String name() {
    return "fisher_exact";
  }

  @Override
  public String description() {
    return "Fisher's exact test of two buckets; both tails, the sample odds ratio as the statistic (SciPy's)";
  }

  @Override
  public String source() {
    return "Fisher, Statistical Methods for Research Workers (1934), 21.02";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(long[] reference, long[] window) {
    Checks.counts(this, reference, window);
    Checks.buckets(this, reference, 2);
    double odds = (double) reference[0] * window[1] / ((double) reference[1] * window[0]);
    int[][] table = {
      {Math.toIntExact(reference[0]), Math.toIntExact(reference[1])},
      {Math.toIntExact(window[0]), Math.toIntExact(window[1])}
    };
    boolean isFixed = reference[0] + window[0] == 0 || reference[1] + window[1] == 0;
    return Result.of(odds, isFixed ? 1 : FisherExactTest.withDefaults().test(table).getPValue());
  }
}

package io.leat.drift.sample;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Pearson's chi-square of the window's counts against what the reference's shares let expect. Takes
 * the shares as exact, so that it rejects too often where the reference is not much larger: {@code
 * chi2_contingency} does not. Infinite, with a p-value of 0, where the window has a bucket that the
 * reference has not. Time: O(k).
 */
final class ChiSquareOneWay implements SampleTest<long[]> {
  @Override
  public String name() {
    return "chi2_one_way";
  }

  @Override
  public String description() {
    return "Pearson's chi-square of the window against the shares of the reference, taken as exact (Evidently's)";
  }

  @Override
  public String source() {
    return "Pearson, Philosophical Magazine 50 (1900)";
  }

  @Override
  public boolean isSymmetric() {
    return false;
  }

  @Override
  public Result compare(long[] reference, long[] window) {
    Checks.counts(this, reference, window);
    double scale = Arrays.stream(window).sum() / (double) Arrays.stream(reference).sum();
    double sum = 0;
    int buckets = 0;
    for (int i = 0; i < reference.length; i++) {
      double expected = reference[i] * scale;
      if (expected == 0 && window[i] > 0) {
        return Result.of(Double.POSITIVE_INFINITY, 0);
      }
      if (expected > 0) {
        buckets++;
        sum += term((double) window[i], expected);
      }
    }
    return buckets < 2
        ? Result.of(0, 1)
        : Result.of(
            sum, ChiSquaredDistribution.of(buckets - 1).survivalProbability(Math.max(0, sum)));
  }

  private static double term(double observed, double expected) {
    return (observed - expected) * (observed - expected) / expected;
  }
}

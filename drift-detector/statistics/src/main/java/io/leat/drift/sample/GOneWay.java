package io.leat.drift.sample;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * The likelihood-ratio statistic, 2 sum of O ln(O / E), of the window's counts against what the
 * reference's shares let expect; as {@link ChiSquareOneWay} in all else.
 */
final class GOneWay implements SampleTest<long[]> {
  @Override
  public String name() {
    return "g_one_way";
  }

  @Override
  public String description() {
    return "likelihood-ratio G of the window against the shares of the reference, taken as exact (Evidently's)";
  }

  @Override
  public String source() {
    return "Wilks, Annals of Mathematical Statistics 9 (1938)";
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
    return observed == 0 ? 0 : 2 * observed * Math.log(observed / expected);
  }
}

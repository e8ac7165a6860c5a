package io.leat.drift.sample;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The z test of two proportions, of the first of two buckets: z = (p - q) / sqrt(r (1 - r) (1/n +
 * 1/m)), r the rate of both together. Where all rows are in one bucket, z is 0. Time: constant.
 */
final class ProportionsZ implements SampleTest<long[]> {
  @Override
  public String name() {
    return "proportions_z";
  }

  @Override
  public String description() {
    return "z of two proportions, the rate pooled; both tails (Evidently's)";
  }

  @Override
  public String source() {
    return "Newcombe, Statistics in Medicine 17 (1998)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(long[] reference, long[] window) {
    Checks.counts(this, reference, window);
    Checks.buckets(this, reference, 2);
    double n = reference[0] + reference[1];
    double m = window[0] + window[1];
    double rate = (reference[0] + window[0]) / (n + m);
    double deviation = Math.sqrt(rate * (1 - rate) * (1 / n + 1 / m));
    double z = deviation == 0 ? 0 : (reference[0] / n - window[0] / m) / deviation;
    return Result.of(z, 2 * NormalDistribution.of(0, 1).survivalProbability(Math.abs(z)));
  }
}

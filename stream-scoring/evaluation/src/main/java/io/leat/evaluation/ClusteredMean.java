package io.leat.evaluation;

import java.util.Arrays;

/**
 * Means of rows that come in clusters, such as an entity's, within which they hang together: the
 * interval is that of the clusters' sums, by the sandwich estimator with the factor {@code G / (G -
 * 1)} for {@code G} clusters (Liang and Zeger, Biometrika 73, 1986).
 */
public final class ClusteredMean {
  private ClusteredMean() {}

  /**
   * The mean.
   *
   * @param clusters number of each row's cluster, from 0
   * @return NaN of no rows; the interval is NaN of fewer than two clusters
   */
  public static Estimate of(double[] values, int[] clusters) {
    if (values.length != clusters.length) {
      throw new IllegalArgumentException(
          "%d values in %d clusters; expected a cluster of each"
              .formatted(values.length, clusters.length));
    }
    double mean = Arrays.stream(values).sum() / values.length;
    double[] deviations = Arrays.stream(values).map(value -> value - mean).toArray();
    return Estimate.normal(mean, standardErrorOfSum(deviations, clusters) / values.length);
  }

  /**
   * The ratio of two sums over rows, such as the share of some rows among others, by the sums'
   * linear form.
   *
   * @param clusters number of each row's cluster, from 0
   * @return NaN where the denominators add up to 0; the interval is NaN of fewer than two clusters
   */
  public static Estimate ratio(double[] numerators, double[] denominators, int[] clusters) {
    double sum = Arrays.stream(denominators).sum();
    double ratio = sum == 0 ? Double.NaN : Arrays.stream(numerators).sum() / sum;
    double[] deviations = new double[numerators.length];
    Arrays.setAll(deviations, i -> numerators[i] - ratio * denominators[i]);
    return Estimate.normal(ratio, standardErrorOfSum(deviations, clusters) / sum);
  }

  /** Standard error of the sum of values around 0; NaN of fewer than two clusters. */
  static double standardErrorOfSum(double[] deviations, int[] clusters) {
    double[] sums = new double[Arrays.stream(clusters).max().orElse(0) + 1];
    boolean[] there = new boolean[sums.length];
    for (int i = 0; i < deviations.length; i++) {
      sums[clusters[i]] += deviations[i];
      there[clusters[i]] = true;
    }
    int count = 0;
    for (boolean one : there) {
      count += one ? 1 : 0;
    }
    return count < 2
        ? Double.NaN
        : Math.sqrt(Arrays.stream(sums).map(sum -> sum * sum).sum() * count / (count - 1));
  }
}

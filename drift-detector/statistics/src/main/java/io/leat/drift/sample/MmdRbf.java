package io.leat.drift.sample;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The unbiased estimate of the squared maximum mean discrepancy of two samples of rows: with the
 * Gaussian kernel k(x, y) = exp(-d^2 / (2 s^2)), the mean of k over pairs of the reference, plus
 * that of the window, less twice that across. Near 0 where nothing differs, and less than 0 half of
 * the time then; at most 2. s is the median distance of two different rows of the reference, or
 * given; 1 where that is 0. Numbers of a row are to be on like scales.
 *
 * <p>Time: O((n + m)^2 d); memory: n^2 / 2 distances for the median. Some 2,000 rows of each are
 * enough, and as many as are wise.
 */
final class MmdRbf implements SampleTest<double[][]> {
  private final OptionalDouble bandwidth;

  /** With the median of the reference. */
  MmdRbf() {
    bandwidth = OptionalDouble.empty();
  }

  /**
   * @param bandwidth s, more than 0
   */
  MmdRbf(double bandwidth) {
    this.bandwidth = OptionalDouble.of(bandwidth);
  }

  @Override
  public String name() {
    return "mmd_rbf";
  }

  @Override
  public String description() {
    return "maximum mean discrepancy, squared, unbiased; Gaussian kernel exp(-d^2 / (2 s^2)), s the median distance of two rows of the reference";
  }

  @Override
  public String source() {
    return "Gretton et al., Journal of Machine Learning Research 13 (2012)";
  }

  @Override
  public boolean isSymmetric() {
    return false;
  }

  @Override
  public Result compare(double[][] reference, double[][] window) {
    Checks.rows(this, reference, window, 2);
    double s = bandwidth.isPresent() ? bandwidth.getAsDouble() : median(reference);
    return Result.of(within(reference, s) + within(window, s) - 2 * across(reference, window, s));
  }

  private static double within(double[][] rows, double s) {
    double sum = 0;
    for (int i = 1; i < rows.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += kernel(rows[i], rows[j], s);
      }
    }
    return sum / (rows.length * (rows.length - 1.0) / 2);
  }

  private static double across(double[][] rows, double[][] others, double s) {
    double sum = 0;
    for (double[] row : rows) {
      for (double[] other : others) {
        sum += kernel(row, other, s);
      }
    }
    return sum / ((double) rows.length * others.length);
  }

  static double kernel(double[] x, double[] y, double s) {
    return Math.exp(-squaredDistance(x, y) / (2 * s * s));
  }

  private static double squaredDistance(double[] x, double[] y) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += (x[k] - y[k]) * (x[k] - y[k]);
    }
    return sum;
  }

  /** Of distances of two rows; the mean of the middle two of an even number. */
  private static double median(double[][] rows) {
    double[] distances = new double[rows.length * (rows.length - 1) / 2];
    int n = 0;
    for (int i = 1; i < rows.length; i++) {
      for (int j = 0; j < i; j++) {
        distances[n++] = Math.sqrt(squaredDistance(rows[i], rows[j]));
      }
    }
    Arrays.sort(distances);
    double median = (distances[(n - 1) / 2] + distances[n / 2]) / 2;
    return median > 0 ? median : 1;
  }
}

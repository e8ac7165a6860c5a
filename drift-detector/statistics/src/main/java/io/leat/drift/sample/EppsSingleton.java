package io.leat.drift.sample;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * The Epps-Singleton test: the empirical characteristic functions at 0.4 and 0.8, in units of half
 * the interquartile range of both samples together: four means g of each sample (cosine and sine at
 * both), W = N d' S^-1 d with d their difference and S = N (cov_1 / n + cov_2 / m); by chi-square
 * with 4 degrees of freedom. Where both samples are less than 25 large, W is made smaller as the
 * authors say. Where the quartiles are equal, or S has no inverse, it cannot be computed. Time: O(n
 * log n).
 */
final class EppsSingleton implements SampleTest<double[]> {
  private static final double[] POINTS = {0.4, 0.8};
  private static final int WAVES = 2 * POINTS.length;
  private static final int SMALL = 25;
  private static final double SINGULAR = 1e-12;

  @Override
  public String name() {
    return "epps_singleton";
  }

  @Override
  public String description() {
    return "Epps-Singleton W of the characteristic functions at 0.4 and 0.8 (SciPy's); also for discrete values";
  }

  @Override
  public String source() {
    return "Epps and Singleton, Journal of Statistical Computation and Simulation 26 (1986)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double n = Checks.numbers(this, reference, 5).length;
    double m = Checks.numbers(this, window, 5).length;
    double unit = halfRange(reference, window);
    double[][] first = waves(reference, unit);
    double[][] second = waves(window, unit);
    double all = n + m;
    double[][] system = new double[WAVES][WAVES + 1];
    double[] difference = new double[WAVES];
    for (int i = 0; i < WAVES; i++) {
      difference[i] = mean(first[i]) - mean(second[i]);
      system[i][WAVES] = difference[i];
      for (int j = 0; j < WAVES; j++) {
        system[i][j] =
            all / n * covariance(first[i], first[j]) + all / m * covariance(second[i], second[j]);
      }
    }
    double[] solved = solve(system);
    double w = 0;
    for (int i = 0; i < WAVES; i++) {
      w += all * difference[i] * solved[i];
    }
    if (Math.max(n, m) < SMALL) {
      w /= 1 + Math.pow(all, -0.45) + 10.1 * (Math.pow(n, -1.7) + Math.pow(m, -1.7));
    }
    return Result.of(w, ChiSquaredDistribution.of(WAVES).survivalProbability(Math.max(0, w)));
  }

  private double halfRange(double[] reference, double[] window) {
    double[] all =
        DoubleStream.concat(Arrays.stream(reference), Arrays.stream(window)).sorted().toArray();
    double half = (quantile(all, 0.75) - quantile(all, 0.25)) / 2;
    if (half == 0) {
      throw new IllegalArgumentException(
          "%s: the quartiles of both samples together are equal".formatted(name()));
    }
    return half;
  }

  /** Interpolated between neighbours. */
  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private static double[][] waves(double[] numbers, double unit) {
    double[][] waves = new double[WAVES][numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      for (int k = 0; k < POINTS.length; k++) {
        double angle = POINTS[k] / unit * numbers[i];
        waves[k][i] = Math.cos(angle);
        waves[POINTS.length + k][i] = Math.sin(angle);
      }
    }
    return waves;
  }

  private static double mean(double[] numbers) {
    return Arrays.stream(numbers).sum() / numbers.length;
  }

  private static double covariance(double[] a, double[] b) {
    double meanA = mean(a);
    double meanB = mean(b);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - meanA) * (b[i] - meanB);
    }
    return sum / a.length;
  }

  /** By elimination, the greatest of a column first; the right side is the last column. */
  private double[] solve(double[][] system) {
    int n = system.length;
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        if (Math.abs(system[row][column]) > Math.abs(system[pivot][column])) {
          pivot = row;
        }
      }
      double[] top = system[pivot];
      system[pivot] = system[column];
      system[column] = top;
      if (Math.abs(top[column]) < SINGULAR) {
        throw new IllegalArgumentException(
            "%s: samples with too few different values".formatted(name()));
      }
      for (int row = 0; row < n; row++) {
        if (row != column) {
          double factor = system[row][column] / top[column];
          for (int k = column; k <= n; k++) {
            system[row][k] -= factor * top[k];
          }
        }
      }
    }
    double[] solved = new double[n];
    for (int i = 0; i < n; i++) {
      solved[i] = system[i][n] / system[i][i];
    }
    return solved;
  }
}

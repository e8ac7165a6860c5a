package io.leat.drift.sample;

/**
 * The law of the two-sample Kolmogorov-Smirnov statistic D for two independent draws of one
 * continuous distribution. With ties a p-value is too great, never too small.
 */
public final class KolmogorovLaw {
  /** Up to this product of the sizes it is computed exactly. */
  static final long EXACT = 10_000;

  /** |i m - j n| is whole, so this is no difference. */
  private static final double ROUNDING = 1e-6;

  private KolmogorovLaw() {}

  /** D of two ascending arrays, neither empty. */
  public static double distance(double[] first, double[] second) {
    int i = 0;
    int j = 0;
    double distance = 0;
    while (i < first.length && j < second.length) {
      double here = Math.min(first[i], second[j]);
      while (i < first.length && first[i] <= here) {
        i++;
      }
      while (j < second.length && second[j] <= here) {
        j++;
      }
      distance =
          Math.max(distance, Math.abs(i / (double) first.length - j / (double) second.length));
    }
    return distance;
  }

  /**
   * The probability of such a D or a greater one. Exact where n m is at most 10,000, in O(n m);
   * else by Kolmogorov's limit, at sqrt(n m / (n + m)) D.
   *
   * @param distance 0 to 1
   * @param n at least 1
   * @param m at least 1
   */
  public static double pValue(double distance, long n, long m) {
    return n <= EXACT / m
        ? exact(distance, (int) n, (int) m)
        : limit(distance * Math.sqrt((double) n / (n + m) * m));
  }

  /**
   * Both draws, sorted together, are a path from (0, 0) to (n, m); all are as probable. At each
   * point this is the share of paths to it that have touched a point where i/n and j/m are D apart:
   * a path to (i, j) comes from (i - 1, j) with probability i / (i + j), else from (i, j - 1)
   * (Hodges, Arkiv för Matematik 3, 1958; Viehmann, arXiv 2102.08037).
   */
  private static double exact(double distance, int n, int m) {
    double[] share = new double[m + 1];
    double least = distance * n * m - ROUNDING;
    for (int i = 0; i <= n; i++) {
      for (int j = 0; j <= m; j++) {
        if (Math.abs((double) i * m - (double) j * n) >= least) {
          share[j] = 1;
        } else if (i + j > 0) {
          double left = i == 0 ? 0 : share[j] * i;
          double below = j == 0 ? 0 : share[j - 1] * j;
          share[j] = (left + below) / (i + j);
        }
      }
    }
    return share[m];
  }

  /** 2 times the sum of (-1)^(k-1) exp(-2 k^2 x^2) over k from 1 (Kolmogorov, 1933). */
  private static double limit(double x) {
    if (x < 0.15) {
      return 1; // but for 3e-23
    }
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
      double term = Math.exp(-2.0 * k * k * x * x);
      sum += k % 2 == 1 ? term : -term;
      if (term < 1e-17) {
        break;
      }
    }
    return Math.min(1, Math.max(0, 2 * sum));
  }
}

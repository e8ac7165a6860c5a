package io.leat.drift.sample;

/**
 * The two-sample Cramér-von Mises test. With r and s the ranks of both ascending samples among all
 * N = n + m (equal values have their mean rank): U = n sum (r_i - i)^2 + m sum (s_j - j)^2, T = U /
 * (n m N) - (4 n m - 1) / (6 N). The p-value is that of the limit, at T scaled to the limit's mean
 * and variance, for two samples of some twenty or more. Time: O(n log n).
 */
final class CramerVonMises implements SampleTest<double[]> {
  @Override
  public String name() {
    return "cvm";
  }

  @Override
  public String description() {
    return "two-sample Cramér-von Mises T by mean ranks; p-value by the limit of T (SciPy's asymptotic one)";
  }

  @Override
  public String source() {
    return "Anderson, Annals of Mathematical Statistics 33 (1962)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double[] first = Checks.sorted(this, reference, 2);
    double[] second = Checks.sorted(this, window, 2);
    double n = first.length;
    double m = second.length;
    double all = n + m;
    double u = n * squares(first, second) + m * squares(second, first);
    double t = u / (n * m * all) - (4 * n * m - 1) / (6 * all);
    double mean = (1 + 1 / all) / 6;
    double variance =
        (all + 1)
            * (4 * n * m * all - 3 * (n * n + m * m) - 2 * n * m)
            / (45 * all * all * 4 * n * m);
    return Result.of(t, survival(1.0 / 6 + (t - mean) / Math.sqrt(45 * variance)));
  }

  /** Of ranks among both, less places in the one. */
  private static double squares(double[] own, double[] other) {
    double sum = 0;
    int below = 0;
    int atOrBelow = 0;
    for (int i = 0; i < own.length; ) {
      int ties = i;
      while (ties < own.length && own[ties] == own[i]) {
        ties++;
      }
      while (below < other.length && other[below] < own[i]) {
        below++;
      }
      atOrBelow = Math.max(atOrBelow, below);
      while (atOrBelow < other.length && other[atOrBelow] <= own[i]) {
        atOrBelow++;
      }
      double rank = (i + below + 1 + ties + atOrBelow) / 2.0;
      for (int k = i; k < ties; k++) {
        sum += (rank - (k + 1)) * (rank - (k + 1));
      }
      i = ties;
    }
    return sum;
  }

  /**
   * Of the limit, beyond x (Csörgő and Faraway, Journal of the Royal Statistical Society B 58,
   * 1996, 1.3): 1 less the sum over k of Gamma(k + 1/2) / (k! pi^(3/2) sqrt(x)) sqrt(4 k + 1)
   * exp(-y) K_{1/4}(y), y = (4 k + 1)^2 / (16 x).
   */
  private static double survival(double x) {
    if (x < 0.003) {
      return 1;
    }
    double sum = 0;
    double gammas = Math.sqrt(Math.PI);
    for (int k = 0; k < 1_000; k++) {
      double y = (4.0 * k + 1) * (4.0 * k + 1) / (16 * x);
      double term = gammas * Math.sqrt(4.0 * k + 1) * besselTimesExp(y);
      sum += term;
      if (term < 1e-18 * sum) {
        break;
      }
      gammas *= (k + 0.5) / (k + 1);
    }
    return 1 - sum / (Math.pow(Math.PI, 1.5) * Math.sqrt(x));
  }

  /**
   * K_{1/4}(y) exp(-y), as the integral of exp(-y (1 + cosh t)) cosh(t / 4) over t from 0; the
   * trapezoidal rule converges as exp(-pi^2 / step).
   */
  private static double besselTimesExp(double y) {
    double step = 0.1;
    double sum = Math.exp(-2 * y) / 2;
    for (int i = 1; ; i++) {
      double t = i * step;
      double term = Math.exp(-y * (1 + Math.cosh(t))) * Math.cosh(t / 4);
      sum += term;
      if (term <= 1e-20 * sum) {
        return sum * step;
      }
    }
  }
}

package io.leat.drift.sample;

/**
 * The two-sample Anderson-Darling test: squared differences of the distribution functions, weighted
 * by 1 / (H (1 - H)), H of both samples together, so that the tails count more; by midranks where
 * values are equal. The statistic has mean 0 and variance 1 where nothing differs. The p-value is
 * read off the authors' table of percentiles, and so is between 0.001 and 0.25 only. Time: O(n log
 * n).
 */
final class AndersonDarling implements SampleTest<double[]> {
  /** The statistic's percentiles at levels of 0.25 and 0.001. */
  private static final double LEAST = 0.325;

  private static final double GREATEST = 6.546;

  private static final double C2 = 0.018198094574111343;
  private static final double C1 = -1.0082265644652515;
  private static final double C0 = -1.077770279820486;

  @Override
  public String name() {
    return "ad";
  }

  @Override
  public String description() {
    return "two-sample Anderson-Darling A^2 by midranks, less its mean and by its deviation; p-value between 0.001 and 0.25 (SciPy's anderson_ksamp)";
  }

  @Override
  public String source() {
    return "Scholz and Stephens, Journal of the American Statistical Association 82 (1987)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double[] first = Checks.sorted(this, reference, 2);
    double[] second = Checks.sorted(this, window, 2);
    if (first[0] == second[0]
        && first[first.length - 1] == first[0]
        && second[second.length - 1] == first[0]) {
      throw new IllegalArgumentException(
          "%s: all values are %s; expected two that differ".formatted(name(), first[0]));
    }
    double statistic =
        (midrankSum(first, second) - 1) / Math.sqrt(variance(first.length, second.length));
    return Result.of(statistic, pValue(statistic));
  }

  /** A^2 of two samples (their formula 7). */
  private static double midrankSum(double[] first, double[] second) {
    double n = first.length;
    double m = second.length;
    double all = n + m;
    double sum = 0;
    int i = 0;
    int j = 0;
    while (i < first.length || j < second.length) {
      double here =
          i == first.length
              ? second[j]
              : j == second.length ? first[i] : Math.min(first[i], second[j]);
      int f = 0;
      int g = 0;
      while (i + f < first.length && first[i + f] == here) {
        f++;
      }
      while (j + g < second.length && second[j + g] == here) {
        g++;
      }
      double ties = f + g;
      double both = i + j + ties / 2;
      double weight = ties / all / (both * (all - both) - all * ties / 4);
      double firsts = all * (i + f / 2.0) - both * n;
      double seconds = all * (j + g / 2.0) - both * m;
      sum += weight * (firsts * firsts / n + seconds * seconds / m);
      i += f;
      j += g;
    }
    return sum * (all - 1) / all;
  }

  /** Of A^2 where nothing differs (their formula 4, of two samples). */
  private static double variance(int n, int m) {
    int all = n + m;
    double inverse = 1.0 / n + 1.0 / m;
    double h = 0;
    double g = 0;
    for (int i = all - 1; i >= 2; i--) {
      h += 1.0 / i;
      g += h / (all - i + 1);
    }
    h += 1;
    double a = (4 * g - 6) + (10 - 6 * g) * inverse;
    double b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
    double c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
    double d = (2 * h + 6) * 4 - 8 * h;
    double s = all;
    return (a * s * s * s + b * s * s + c * s + d) / ((s - 1) * (s - 2) * (s - 3));
  }

  /**
   * Off the percentiles of their table 1, for two samples: the logarithm of the level is a parabola
   * in the statistic, by least squares.
   */
  private static double pValue(double statistic) {
    if (statistic < LEAST) {
      return 0.25;
    }
    return statistic > GREATEST ? 0.001 : Math.exp(C0 + statistic * (C1 + statistic * C2));
  }
}

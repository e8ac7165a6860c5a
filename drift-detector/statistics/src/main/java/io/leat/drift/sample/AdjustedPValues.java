package io.leat.drift.sample;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * P-values of many tests at once, adjusted: compared with a level as one p-value is, they keep what
 * the level says for all tests together. For reports over many columns; monitors share a budget of
 * false alarms instead.
 */
public final class AdjustedPValues {
  private AdjustedPValues() {}

  /**
   * By Bonferroni: the probability of any false rejection is at most the level, whatever hangs
   * together.
   *
   * @return in the order given, at most 1
   */
  public static double[] bonferroni(double[] pValues) {
    return Arrays.stream(pValues).map(p -> Math.min(1, p * pValues.length)).toArray();
  }

  /**
   * By Benjamini and Hochberg (Journal of the Royal Statistical Society B 57, 1995): the expected
   * share of false ones among the rejections is at most the level, where tests are independent or
   * hang together positively.
   *
   * @return in the order given, at most 1
   */
  public static double[] benjaminiHochberg(double[] pValues) {
    int n = pValues.length;
    int[] descending =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -pValues[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] adjusted = new double[n];
    double least = 1;
    for (int i = 0; i < n; i++) {
      least = Math.min(least, pValues[descending[i]] * n / (n - i));
      adjusted[descending[i]] = least;
    }
    return adjusted;
  }
}

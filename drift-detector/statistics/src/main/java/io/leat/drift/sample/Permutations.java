package io.leat.drift.sample;

import java.util.Random;
import java.util.function.ToDoubleFunction;

/** P-values by permutations of the rows of both samples. */
final class Permutations {
  /** Sums in another order are no difference. */
  private static final double ROUNDING = 1e-12;

  private Permutations() {}

  /**
   * The p-value of a statistic that is greater the more two samples differ.
   *
   * @param rows of both samples together
   * @param statistic of an order of the rows, the first ones the reference's
   */
  static double pValue(
      int rows, int permutations, long seed, double observed, ToDoubleFunction<int[]> statistic) {
    int[] order = new int[rows];
    for (int i = 0; i < rows; i++) {
      order[i] = i;
    }
    Random random = new Random(seed);
    int asGreat = 0;
    for (int k = 0; k < permutations; k++) {
      for (int i = rows - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int other = order[i];
        order[i] = order[j];
        order[j] = other;
      }
      if (statistic.applyAsDouble(order) >= observed - ROUNDING * Math.abs(observed)) {
        asGreat++;
      }
    }
    return pValue(asGreat, permutations);
  }

  /**
   * Of how many permutations were as great: (b + 1) / (m + 1), never 0, as the observed order is a
   * permutation, too (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology
   * 9, 2010).
   */
  static double pValue(int asGreat, int permutations) {
    return (asGreat + 1.0) / (permutations + 1.0);
  }
}

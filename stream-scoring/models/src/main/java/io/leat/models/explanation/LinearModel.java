package io.leat.models.explanation;

import org.jspecify.annotations.Nullable;

/**
 * Weighted sums of columns. A column contributes its weight times its distance from its mean: the
 * Shapley value of a linear model whose columns are independent (Lundberg and Lee 2017, corollary
 * 1).
 */
final class LinearModel implements MarginModel {
  private final double[][] weights;
  private final double[] means;
  private final double[] bases;
  private final Baseline baseline;

  /**
   * @param weights a row a margin, a number a column
   * @param intercepts one a margin
   * @param background rows of columns, whose mean contributes nothing; null for zeros
   */
  LinearModel(double[][] weights, double[] intercepts, double @Nullable [][] background) {
    this.weights = weights;
    this.means = means(background, weights[0].length);
    this.baseline = background == null ? Baseline.ZERO : Baseline.BACKGROUND;
    this.bases = intercepts.clone();
    for (int margin = 0; margin < bases.length; margin++) {
      for (int column = 0; column < means.length; column++) {
        bases[margin] += weights[margin][column] * means[column];
      }
    }
  }

  private static double[] means(double @Nullable [][] background, int columns) {
    double[] means = new double[columns];
    if (background != null) {
      for (int column = 0; column < columns; column++) {
        double sum = 0;
        int known = 0;
        for (double[] row : background) {
          if (!Double.isNaN(row[column])) {
            sum += row[column];
            known++;
          }
        }
        means[column] = known == 0 ? 0 : sum / known;
      }
    }
    return means;
  }

  @Override
  public int margins() {
    return bases.length;
  }

  @Override
  public double base(int margin) {
    return bases[margin];
  }

  @Override
  public Baseline baseline() {
    return baseline;
  }

  @Override
  public Evaluator evaluator(int[] features, int stride) {
    return (columns, contributions) -> {
      for (int margin = 0; margin < bases.length; margin++) {
        for (int column = 0; column < columns.length; column++) {
          contributions[margin * stride + features[column]] +=
              weights[margin][column] * (columns[column] - means[column]);
        }
      }
    };
  }
}

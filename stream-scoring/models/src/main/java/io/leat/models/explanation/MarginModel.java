package io.leat.models.explanation;

/**
 * A model whose raw margins are explained as sums over columns. Immutable; evaluators are confined
 * to a thread each.
 */
sealed interface MarginModel permits TreeEnsemble, LinearModel {
  /** How many margins it has. */
  int margins();

  /** The margin's average over the baseline. */
  double base(int margin);

  Baseline baseline();

  /**
   * @param features of each column, the feature that it is made of
   * @param stride how far the contributions to a margin lie from those to the next
   */
  Evaluator evaluator(int[] features, int stride);

  /** Adds contributions up. */
  interface Evaluator {
    /**
     * Adds what each column contributes to its feature's cell, for every margin.
     *
     * @param columns the row's columns
     */
    void add(double[] columns, double[] contributions);
  }
}

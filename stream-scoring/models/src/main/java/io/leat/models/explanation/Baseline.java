package io.leat.models.explanation;

/**
 * What the base value is an average over, and so what contributions are held against. Shapley
 * values are of a model and such a reference, never of the model alone.
 */
public enum Baseline {
  /** The rows that the trees were trained on: their counts stand in the graph (covers). */
  TRAINING,
  /** The rows that were given when the explainer was made. */
  BACKGROUND,
  /**
   * The row for which every column of the linear operator is 0: the training mean where the graph
   * standardises before it.
   */
  ZERO
}

package io.leat.drift.statistic;

/** What the values of a column are. */
public enum ColumnKind {
  /** Numbers and booleans (true is 1). */
  NUMBERS,
  /** Texts of which many are equal. */
  CATEGORIES,
  /**
   * Vectors of as many numbers each; as a number each is its distance from the reference's mean.
   */
  EMBEDDINGS
}

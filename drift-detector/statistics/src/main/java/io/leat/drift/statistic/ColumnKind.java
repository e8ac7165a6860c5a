package io.leat.drift.statistic;

/** What the values of a column are. */
public enum ColumnKind {
  /** Numbers and booleans (true is 1). */
  NUMBERS,
  /** Texts of which many are equal. No monitor watches such columns yet. */
  CATEGORIES
}

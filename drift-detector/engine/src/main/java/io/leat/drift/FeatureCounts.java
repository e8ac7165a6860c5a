package io.leat.drift;

/**
 * What a window keeps of one feature: how many values fell into each cell of the reference
 * distribution, and how many were null. Its size depends on the reference alone. Not thread-safe.
 */
public final class FeatureCounts {
  private final long[] cells;
  private long nulls;
  private long values;

  FeatureCounts(int cells) {
    this.cells = new long[cells];
  }

  void addNull() {
    nulls++;
  }

  void add(int cell) {
    add(cell, 1);
  }

  void add(int cell, long count) {
    cells[cell] += count;
    values += count;
  }

  void addNulls(long count) {
    nulls += count;
  }

  long cell(int index) {
    return cells[index];
  }

  int cells() {
    return cells.length;
  }

  /** Values that are not null. */
  public long values() {
    return values;
  }

  public long nulls() {
    return nulls;
  }
}

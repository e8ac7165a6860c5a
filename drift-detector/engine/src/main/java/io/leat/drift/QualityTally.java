package io.leat.drift;

import java.util.List;

/**
 * What a window keeps for the sake of data quality, beside its counts: how many of each column's
 * numbers lie far beyond those of the reference. Its size depends on the columns alone. Not
 * thread-safe.
 */
final class QualityTally {
  private final WindowLayout layout;
  private final long[] far;

  QualityTally(WindowLayout layout) {
    this.layout = layout;
    this.far = new long[layout.columns().size()];
  }

  void add(List<ColumnValues> rows) {
    for (int column = 0; column < far.length; column++) {
      double below = layout.farBelow(column);
      double above = layout.farAbove(column);
      for (ColumnValues row : rows) {
        double number = row.numbers()[column];
        far[column] += number < below || number > above ? 1 : 0;
      }
    }
  }

  void add(QualityTally other) {
    for (int column = 0; column < far.length; column++) {
      far[column] += other.far[column];
    }
  }

  int columns() {
    return far.length;
  }

  long far(int column) {
    return far[column];
  }

  /** Numbers of a column that are farther beyond those of the reference than these lie apart. */
  long far(String column) {
    return far[layout.columns().indexOf(column)];
  }

  void addFar(int column, long count) {
    far[column] += count;
  }
}

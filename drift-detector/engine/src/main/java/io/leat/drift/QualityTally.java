package io.leat.drift;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a window keeps for the sake of data quality, beside its counts: how many of each column's
 * numbers lie far beyond those of the reference, which events come again, how old vectors are, and
 * how many are of other definitions. Its size is bounded, whatever the window holds. Not
 * thread-safe.
 */
final class QualityTally {
  /** So many other definitions are told apart; who changes them so often knows. */
  static final int MOST_DEFINITIONS = 20;

  private final WindowLayout layout;
  private final long[] far;
  private final EventSample events = new EventSample();
  private final Ages ages = new Ages();
  private final TreeMap<String, Long> others = new TreeMap<>();
  private long deadLetters;

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

  void add(VectorOrigin origin) {
    events.add(origin.event(), 1);
    ages.add(origin.ageMillis());
  }

  /** Vectors of another definition, of the first names alone where there are too many. */
  void addOther(String definition, long vectors) {
    others.merge(definition, vectors, Long::sum);
    if (others.size() > MOST_DEFINITIONS) {
      long last = others.pollLastEntry().getValue();
      others.merge(others.lastKey(), last, Long::sum);
    }
  }

  void add(QualityTally other) {
    for (int column = 0; column < far.length; column++) {
      far[column] += other.far[column];
    }
    events.add(other.events);
    ages.add(other.ages);
    other.others.forEach(this::addOther);
    deadLetters += other.deadLetters;
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

  EventSample events() {
    return events;
  }

  Ages ages() {
    return ages;
  }

  void addDeadLetters(long count) {
    deadLetters += count;
  }

  /** Events that were refused before they could be part of a vector. */
  long deadLetters() {
    return deadLetters;
  }

  /** Vectors by the other definition that made them. */
  Map<String, Long> others() {
    return others;
  }
}

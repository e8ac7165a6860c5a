package io.leat.benchmarks;

import java.util.Locale;

/**
 * Streams of one kind, watched by one monitor in daily windows.
 *
 * @param kind what the values are
 * @param columns so many alike
 * @param dependent whether the columns share a factor, with a correlation of 0.81 of the normal
 *     variables behind them
 * @param referenceDays windows of the reference
 * @param rowsADay rows of a window
 * @param change what happens to the first column, or to the concept, when the reference ends
 */
record AlarmScenario(
    Kind kind, int columns, boolean dependent, int referenceDays, int rowsADay, Change change) {
  /** What the values are. */
  enum Kind {
    NORMAL,
    LOGNORMAL,
    T3,
    BERNOULLI,
    ZIPF500,
    AR_0,
    AR_0_5,
    AR_0_9,
    AR_0_98,
    AR_0_995,
    WEEK,
    /** One in a hundred is null. */
    WITH_NULLS,
    SEA,
    AGRAWAL,
    HYPERPLANE,
    LED;

    /** Autocorrelation from row to row; 0 where the rows are independent. */
    double autocorrelation() {
      return switch (this) {
        case AR_0_5 -> 0.5;
        case AR_0_9 -> 0.9;
        case AR_0_98 -> 0.98;
        case AR_0_995 -> 0.995;
        default -> 0;
      };
    }

    /** Whether it is a generator of concepts, which sets its columns itself. */
    boolean isConcept() {
      return this == SEA || this == AGRAWAL || this == HYPERPLANE || this == LED;
    }

    @Override
    public String toString() {
      String text = name().toLowerCase(Locale.ROOT);
      return text.startsWith("ar_0")
          ? text.replaceFirst("ar_0_?", "AR(1) 0.").replaceFirst("0\\.$", "0")
          : text.replace('_', ' ');
    }
  }

  /** What happens when the reference ends. */
  enum Change {
    NONE("none"),
    QUARTER("+ 0.25 sd"),
    HALF("+ 0.5 sd"),
    ONE("+ 1 sd"),
    TWO("+ 2 sd"),
    VARIANCE("variance x 1.5"),
    CATEGORY("a category + 5 points"),
    NULLS("nulls + 2 points"),
    ABRUPT("abrupt"),
    GRADUAL("gradual, 4 weeks");

    private final String text;

    Change(String text) {
      this.text = text;
    }

    /** By how many standard deviations values become greater. */
    double deviations() {
      return switch (this) {
        case QUARTER -> 0.25;
        case HALF -> 0.5;
        case ONE -> 1;
        case TWO -> 2;
        default -> 0;
      };
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static AlarmScenario still(Kind kind, int columns, boolean dependent, int referenceDays) {
    return new AlarmScenario(kind, columns, dependent, referenceDays, 24, Change.NONE);
  }

  static AlarmScenario changed(Kind kind, int columns, int referenceDays, int rows, Change change) {
    return new AlarmScenario(kind, columns, false, referenceDays, rows, change);
  }
}

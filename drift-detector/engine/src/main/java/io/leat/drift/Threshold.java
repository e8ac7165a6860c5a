package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * Above what a statistic of a feature is drift.
 *
 * @param feature full name of the feature
 * @param statistic the statistic
 * @param warn a window drifted if its statistic is greater
 * @param critical it drifted critically if its statistic is also at least this; never below {@code
 *     warn}
 * @param windows windows of the reference that set it
 * @param calibrated false where the windows were too few to hold the budget: the greatest seen and
 *     a margin stand in
 */
public record Threshold(
    String feature,
    Statistic statistic,
    double warn,
    double critical,
    int windows,
    boolean calibrated) {

  /** How a window is evaluated. */
  public enum Level {
    CLEAN,
    WARN,
    CRITICAL
  }

  @JsonIgnore
  Level level(double value) {
    if (!(value > warn)) {
      return Level.CLEAN;
    }
    return value >= critical ? Level.CRITICAL : Level.WARN;
  }
}

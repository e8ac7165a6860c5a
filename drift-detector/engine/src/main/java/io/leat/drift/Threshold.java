package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;

/**
 * Above what a statistic of a stream is drift.
 *
 * @param stream the column, and the segment of vectors, that it is for
 * @param statistic the statistic; its name in JSON
 * @param warn a window drifted if its statistic is greater
 * @param critical it drifted critically if its statistic is also at least this; never below {@code
 *     warn}
 * @param windows windows of the reference that set it
 * @param calibrated false where the windows were too few to hold the budget: the greatest seen and
 *     a margin stand in
 */
public record Threshold(
    @JsonProperty("feature") DriftStream stream,
    @JsonSerialize(converter = ToName.class) @JsonDeserialize(converter = FromName.class)
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

  static final class ToName extends StdConverter<Statistic, String> {
    @Override
    public String convert(Statistic statistic) {
      return statistic.name();
    }
  }

  static final class FromName extends StdConverter<String, Statistic> {
    @Override
    public Statistic convert(String name) {
      return Statistics.get(name);
    }
  }

  @JsonIgnore
  Level level(double value) {
    if (!(value > warn)) {
      return Level.CLEAN;
    }
    return value >= critical ? Level.CRITICAL : Level.WARN;
  }
}

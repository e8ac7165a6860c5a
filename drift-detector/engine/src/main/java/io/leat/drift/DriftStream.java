package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * What a monitor compares: a column, of all of a window's vectors or of a segment of them. Each
 * stream has a reference, thresholds, and alerts of its own. In JSON and in state it is its {@link
 * #toString text}, which is the column's name where it is of all vectors.
 *
 * @param feature full name of the feature, or of another column that is watched; without brackets
 * @param segment which vectors, as {@code terminal_country=AT}; empty where all of them
 */
public record DriftStream(String feature, Optional<String> segment) {
  public DriftStream {
    if (feature.isEmpty() || feature.indexOf('[') >= 0) {
      throw new IllegalArgumentException(
          "a column is called '%s'; expected a name without brackets".formatted(feature));
    }
  }

  /** A column of all vectors. */
  public static DriftStream of(String feature) {
    return new DriftStream(feature, Optional.empty());
  }

  /** A column of a segment's vectors. */
  public static DriftStream of(String feature, String segment) {
    return new DriftStream(feature, Optional.of(segment));
  }

  /** Reads what {@link #toString} wrote. */
  @JsonCreator
  public static DriftStream parse(String text) {
    int bracket = text.indexOf('[');
    return bracket >= 0 && text.endsWith("]")
        ? of(text.substring(0, bracket), text.substring(bracket + 1, text.length() - 1))
        : of(text);
  }

  /** Its text: {@code event.amount}, or {@code event.amount[terminal_country=AT]}. */
  @JsonValue
  @Override
  public String toString() {
    return segment.map(of -> feature + "[" + of + "]").orElse(feature);
  }
}

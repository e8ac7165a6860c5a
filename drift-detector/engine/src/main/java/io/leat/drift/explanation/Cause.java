package io.leat.drift.explanation;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What may have caused an episode. It shows what changed together, and how much of the change is
 * gone without it; it proves nothing.
 *
 * @param what its name: {@code event.amount is null (null_in_event)}
 * @param score what causes are ranked by, from 0 to 1: {@code explains} times the weight of the
 *     kind
 * @param explains share of the change, from 0 to 1, that is gone once what it names is as it was
 *     before; of what is not counted in vectors an upper bound, or empty where there is none
 * @param speaksFor the figure that speaks for it, a sentence
 * @param speaksAgainst the figure that speaks against it, or would
 */
public record Cause(
    Kind kind,
    String what,
    double score,
    OptionalDouble explains,
    String speaksFor,
    String speaksAgainst) {
  /** Weights are of decision 77: what says why weighs more than what says where or when. */
  public enum Kind {
    /** More values are null, for a reason. */
    NULL_BURST(1),
    /** Categories that the reference lacks. */
    NEW_CATEGORY(1),
    /** Another version of a schema or of a definition. */
    VERSION(1),
    /** Vectors with one value of a header that producers set. */
    PRODUCER(0.85),
    /** Vectors with one value of a column, or of one segment. */
    SEGMENT(0.8),
    /** More events were refused. */
    DEAD_LETTERS(0.7),
    /** An episode of data quality at the same time. */
    DATA_QUALITY(0.6),
    /** Somebody changed something at the time. */
    CHANGE(0.5);

    private final double weight;

    Kind(double weight) {
      this.weight = weight;
    }

    double weight() {
      return weight;
    }

    /** As JSON and texts say it. */
    @JsonValue
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Cause of(Kind kind, String what, double explains, String speaksFor, String speaksAgainst) {
    return new Cause(
        kind,
        what,
        kind.weight() * explains,
        OptionalDouble.of(explains),
        speaksFor,
        speaksAgainst);
  }

  /** One that is known by its time alone: its weight is its score. */
  static Cause ofTime(Kind kind, String what, String speaksFor, String speaksAgainst) {
    return new Cause(kind, what, kind.weight(), OptionalDouble.empty(), speaksFor, speaksAgainst);
  }
}

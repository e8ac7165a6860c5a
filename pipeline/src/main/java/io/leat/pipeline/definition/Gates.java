package io.leat.pipeline.definition;

import java.util.List;

/**
 * What a new version has to pass, on rows that neither it nor the champion has learnt from.
 *
 * @param gates in declared order
 * @param segments features, by full name, in each of whose values a gate that compares holds too
 * @param protectedFeatures features, by full name, whose values are the groups of gates of gaps
 */
public record Gates(List<Gate> gates, List<String> segments, List<String> protectedFeatures) {
  /** The gates where none are named. */
  public static final Gates DEFAULT =
      new Gates(
          List.of(
              new Gate(Metric.AUC, Rule.NOT_WORSE_BY, 0.005),
              new Gate(Metric.CALIBRATION, Rule.NOT_WORSE_BY, 0.01)),
          List.of());

  public Gates {
    gates = List.copyOf(gates);
    segments = List.copyOf(segments);
    protectedFeatures = List.copyOf(protectedFeatures);
  }

  /** Gates without groups. */
  public Gates(List<Gate> gates, List<String> segments) {
    this(gates, segments, List.of());
  }

  /** What a gate looks at. */
  public enum Metric {
    /** Area under the ROC curve; more is better. */
    AUC,
    /** Mean log loss, in nats. */
    LOG_LOSS,
    /** Mean squared distance of a probability from its label. */
    BRIER,
    /** Expected calibration error. */
    CALIBRATION,
    /** Largest difference between two groups' shares of decisions (demographic parity). */
    SELECTION_RATE_GAP,
    /** The same among true labels (equal opportunity). */
    TPR_GAP,
    /** The larger of the gaps among true and among false labels (equalised odds). */
    EQUALIZED_ODDS_GAP,
    /** Time for one vector, 99 of 100, in milliseconds; only ever limited. */
    LATENCY_P99,
    /** Bytes of the model's file; only ever limited. */
    SIZE;

    /** Whether it compares groups of rows. */
    public boolean isOfGroups() {
      return this == SELECTION_RATE_GAP || this == TPR_GAP || this == EQUALIZED_ODDS_GAP;
    }
  }

  /** What a gate asks. */
  public enum Rule {
    /** The challenger may be worse than the champion by a margin. */
    NOT_WORSE_BY,
    /** The challenger may not lie beyond a value: below it where more is better, above it else. */
    LIMIT
  }

  /**
   * One gate.
   *
   * @param value the margin, 0 or more, or the limit
   */
  public record Gate(Metric metric, Rule rule, double value) {}
}

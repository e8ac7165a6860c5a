package io.leat.retraining.gate;

import java.util.List;

/**
 * One question about a challenger.
 *
 * <p>A pipeline's {@code gates: { auc: not worse by 0.005, latency_p99: 5ms }} reads as {@code
 * notWorseBy(AUC, 0.005)} and {@code limit(LATENCY_P99, 5)}: the name is the metric's {@link
 * Metric#label}, a margin or a limit is in the metric's unit, of a latency milliseconds, of a size
 * bytes.
 *
 * @param metric what it looks at
 * @param rule what it asks
 * @param fields of {@link GateRows#segments}. The gate holds in each of their values too, by Holm's
 *     procedure over all values of a field. Of a metric of groups, the fields whose values are the
 *     groups, at least one; no fields of a metric that is not of rows
 */
public record Gate(Metric metric, Rule rule, List<String> fields) {
  public Gate {
    fields = List.copyOf(fields);
    if (metric.isOfGroups() && fields.isEmpty()) {
      throw new IllegalArgumentException(
          "%s compares groups; expected a field of them".formatted(metric.label()));
    }
    if (!metric.isOfRows() && !fields.isEmpty()) {
      throw new IllegalArgumentException(
          "%s is of no rows; expected no fields, found %s".formatted(metric.label(), fields));
    }
  }

  /** The challenger may be worse than the champion by a margin. */
  public static Gate notWorseBy(Metric metric, double margin, String... fields) {
    return new Gate(metric, new Rule.NotWorseBy(margin), List.of(fields));
  }

  /** The challenger may not lie beyond a value. */
  public static Gate limit(Metric metric, double value, String... fields) {
    return new Gate(metric, new Rule.Limit(value), List.of(fields));
  }

  /** As in {@code auc not worse by 0.005}, {@code latency_p99 at most 5.0}. */
  @Override
  public String toString() {
    if (rule instanceof Rule.NotWorseBy margin) {
      return "%s not worse by %s".formatted(metric.label(), margin.margin());
    }
    return "%s at %s %s"
        .formatted(
            metric.label(),
            metric.isBetterWhenMore() ? "least" : "most",
            ((Rule.Limit) rule).value());
  }
}

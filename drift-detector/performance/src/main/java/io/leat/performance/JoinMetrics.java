package io.leat.performance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What the join of one model counts; docs/reference/performance.md says what each means. */
record JoinMetrics(
    Counter labelled,
    Counter missing,
    Counter corrected,
    Counter lateOutcomes,
    Counter repeatedLabels,
    Counter contradictingLabels,
    Counter lateLabels,
    Counter unusedLabels,
    Counter lateScores,
    Counter aloneScores) {
  static JoinMetrics of(MeterRegistry registry, String model) {
    return new JoinMetrics(
        counter(registry, "outcomes", model, "labelled"),
        counter(registry, "outcomes", model, "missing"),
        counter(registry, "outcomes", model, "corrected"),
        counter(registry, "outcomes", model, "late"),
        counter(registry, "labels", model, "repeated"),
        counter(registry, "labels", model, "contradicting"),
        counter(registry, "labels", model, "late"),
        counter(registry, "labels", model, "unused"),
        counter(registry, "scores", model, "late"),
        counter(registry, "scores", model, "alone"));
  }

  private static Counter counter(MeterRegistry registry, String what, String model, String kind) {
    return registry.counter("leat.performance." + what, "model", model, "kind", kind);
  }
}

package io.leat.retraining.worker;

import io.leat.records.RetrainingRun;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What the worker counts; docs/reference/metrics.md lists it. Thread-safe. */
final class WorkerMetrics {
  private final MeterRegistry registry;

  WorkerMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A record of a run was to be shown elsewhere.
   *
   * @param outcome {@code shown}, {@code failed} or {@code refused}
   */
  void mirrored(String outcome) {
    Counter.builder("leat.retraining.mirror")
        .description("Records of runs that were to be shown on MLflow, by what became of it.")
        .tags("outcome", outcome)
        .register(registry)
        .increment();
  }

  /** A run has come to a state. */
  void step(RetrainingRun run) {
    Counter.builder("leat.retraining.runs")
        .description("Records of runs, by the state that they came to.")
        .tags("model", run.getModel(), "state", run.getState().name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }
}

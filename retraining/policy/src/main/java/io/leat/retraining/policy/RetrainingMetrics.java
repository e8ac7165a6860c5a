package io.leat.retraining.policy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What the policy job counts; docs/reference/metrics.md lists it. Thread-safe. */
final class RetrainingMetrics {
  private final MeterRegistry registry;

  RetrainingMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** An alert was decided, or what it asked for has lapsed. */
  void decided(String model, AlertOutcome outcome) {
    Counter.builder("leat.retraining.alerts")
        .description("Alerts and times that were due, by what became of them.")
        .tags("model", model, "outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }

  /** A record could not be read. */
  void malformed(String topic) {
    Counter.builder("leat.retraining.malformed")
        .description("Records that could not be read.")
        .tags("topic", topic)
        .register(registry)
        .increment();
  }
}

package io.leat.ingestion;

import io.leat.ingestion.refusal.DeadLetterReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What ingestion counts of one event; docs/reference/metrics.md lists it. Thread-safe.
 *
 * <p>Counts are of this process: an event that is read again after a crash counts again.
 */
final class IngestionMetrics {
  private final MeterRegistry registry;
  private final String event;
  private final Counter valid;
  private final Counter warned;
  private final Counter deadLetter;
  private final Counter duplicate;
  private final Counter skipped;
  private final Counter unchecked;
  private final Map<String, Counter> warnings = new ConcurrentHashMap<>();
  private final Map<DeadLetterReason, Counter> reasons = new EnumMap<>(DeadLetterReason.class);

  IngestionMetrics(MeterRegistry registry, String event) {
    this.registry = registry;
    this.event = event;
    valid = outcome("valid");
    warned = outcome("warned");
    deadLetter = outcome("dead_letter");
    duplicate = outcome("duplicate");
    skipped = outcome("skipped");
    unchecked =
        Counter.builder("leat.ingestion.duplicates.unchecked")
            .description("Events that passed, older than the ids that are kept.")
            .tags("event", event)
            .register(registry);
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      reasons.put(
          reason,
          Counter.builder("leat.ingestion.dead.letters")
              .description("Events refused, by reason code.")
              .tags("event", event, "reason", reason.name())
              .register(registry));
    }
  }

  /** An event passed. */
  void accepted(List<String> rules) {
    if (rules.isEmpty()) {
      valid.increment();
      return;
    }
    warned.increment();
    for (String rule : rules) {
      warnings.computeIfAbsent(rule, this::warning).increment();
    }
  }

  private Counter warning(String rule) {
    return Counter.builder("leat.ingestion.warnings")
        .description("Rules of severity warn that a valid event did not meet.")
        .tags("event", event, "rule", rule)
        .register(registry);
  }

  /** An event of an id that was seen within the contract's horizon was dropped. */
  void duplicate() {
    duplicate.increment();
  }

  /** An event passed of which it is not known whether its id was seen within the horizon. */
  void unchecked() {
    unchecked.increment();
  }

  /** A record that is no event was passed over. */
  void skipped() {
    skipped.increment();
  }

  /** An event was refused. */
  void refused(DeadLetterReason reason) {
    deadLetter.increment();
    Counter counter = reasons.get(reason);
    if (counter != null) { // every reason has one
      counter.increment();
    }
  }

  private Counter outcome(String outcome) {
    return Counter.builder("leat.ingestion.events")
        .description("Events read from the raw topic, by what became of them.")
        .tags("event", event, "outcome", outcome)
        .register(registry);
  }
}

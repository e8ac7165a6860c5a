package io.leat.retraining.policy;

import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.definition.RetrainingPolicy.Cause;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that may ask for a new version.
 *
 * @param id of the episode, or of the time that has passed
 * @param severity as a policy names it
 * @param time event time at which it asks
 * @param before how often the same cause has asked before
 * @param message one sentence for a person
 * @param doubt why it may be the doing of broken data that are mended by now
 */
public record Asking(
    Cause cause,
    String id,
    AlertSeverity severity,
    Instant time,
    int before,
    String message,
    Optional<Doubt> doubt) {
  /**
   * What an alert that is open asks for; empty for one of a kind that never asks.
   *
   * @param time event time at which it asks
   */
  public static Optional<Asking> of(DriftAlert alert, Instant time, Attempts attempts) {
    return cause(alert.getKind())
        .map(
            cause ->
                new Asking(
                    cause,
                    alert.getAlertId(),
                    alert.getSeverity() == Severity.CRITICAL
                        ? AlertSeverity.CRITICAL
                        : AlertSeverity.WARN,
                    time,
                    attempts.made(),
                    attempts.made() == 0
                        ? alert.getMessage()
                        : "%s; it is still so, and asks once more".formatted(alert.getMessage()),
                    Optional.empty()));
  }

  private static Optional<Cause> cause(String kind) {
    return switch (kind) {
      case AlertKinds.DRIFT -> Optional.of(Cause.DRIFT);
      case AlertKinds.PERFORMANCE -> Optional.of(Cause.PERFORMANCE);
      default -> Optional.empty();
    };
  }

  /** That a policy's time has passed. */
  public static Asking ofSchedule(RetrainingPolicy policy, Instant due, Instant time) {
    return new Asking(
        Cause.SCHEDULE,
        "schedule " + due,
        AlertSeverity.CRITICAL,
        time,
        0,
        "its time has passed: it was due " + due,
        Optional.empty());
  }

  Asking with(Optional<Doubt> found) {
    return new Asking(cause, id, severity, time, before, message, found);
  }
}

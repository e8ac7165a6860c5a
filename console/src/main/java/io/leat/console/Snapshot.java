package io.leat.console;

import io.leat.console.Findings.OpenAlert;
import io.leat.console.Findings.Request;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the page shows of one moment. Immutable.
 *
 * @param time when it was taken
 * @param deadLetters by topic and reason, most first
 * @param alerts open ones, worst first
 * @param requests newest retraining requests first
 * @param newest topic to its newest records, newest first
 * @param problem why the logs cannot be read just now; the rest is as it was then
 */
record Snapshot(
    Instant time,
    Flow flow,
    List<DeadLetters> deadLetters,
    List<OpenAlert> alerts,
    List<Request> requests,
    Map<String, List<Shown>> newest,
    Optional<String> problem) {
  static final Snapshot NONE =
      new Snapshot(
          Instant.EPOCH,
          Flow.NONE,
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          Optional.of("The logs have not been read yet."));

  Snapshot {
    deadLetters = List.copyOf(deadLetters);
    alerts = List.copyOf(alerts);
    requests = List.copyOf(requests);
    newest = Map.copyOf(newest);
  }

  /** The same with other figures and another problem. */
  Snapshot with(Flow figures, Optional<String> why) {
    return new Snapshot(time, figures, deadLetters, alerts, requests, newest, why);
  }

  /**
   * Records that were refused for one reason.
   *
   * @param example what the newest of them says
   * @param position where the newest lies: topic/partition/offset
   */
  record DeadLetters(String topic, String reason, long count, String example, String position) {}

  /**
   * A record as a person reads it.
   *
   * @param position topic/partition/offset
   * @param key as text; empty where there is none
   * @param value JSON; or a sentence on why it is not shown
   */
  record Shown(String position, Instant time, String key, String value) {}
}

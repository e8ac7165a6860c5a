package io.leat.drift.explanation;

import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import java.util.List;

/**
 * What else was recorded around an episode.
 *
 * @param alerts of any kind and model, the first record of each episode that was open in its
 *     windows; itself may be among them
 * @param changes of the audit, of any time
 * @param refused what was refused, by event and rule or reason
 */
public record Context(List<DriftAlert> alerts, List<AuditEvent> changes, List<Refused> refused) {
  public Context {
    alerts = List.copyOf(alerts);
    changes = List.copyOf(changes);
    refused = List.copyOf(refused);
  }

  /**
   * Dead letters of one event.
   *
   * @param event name of the contract
   * @param why rules that were broken, or the reason code
   * @param before how many came with the vectors of the windows before
   * @param since how many came with the episode's
   */
  public record Refused(String event, String why, long before, long since) {}
}

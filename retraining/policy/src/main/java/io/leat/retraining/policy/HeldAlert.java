package io.leat.retraining.policy;

import io.leat.records.DriftAlert;
import java.time.Instant;

/**
 * An episode that is open and may still ask.
 *
 * @param alert as it was told when it was worst, with the window that it was first told of
 * @param since event time from which on it waits
 */
record HeldAlert(DriftAlert alert, Instant since) {
  /** The alert, when it is told again. */
  DriftAlert told(DriftAlert again) {
    return alert.getSeverity().compareTo(again.getSeverity()) > 0
        ? alert
        : DriftAlert.newBuilder(again)
            .setWindowStart(alert.getWindowStart())
            .setWindowEnd(alert.getWindowEnd())
            .build();
  }
}

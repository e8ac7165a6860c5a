package io.leat.notifications;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftedStream;
import io.leat.records.Notification;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import java.time.Instant;
import java.util.List;

/** Records of episodes of one model. */
final class Episodes {
  static final Instant WINDOW = Instant.parse("1997-05-01T00:00:00Z");

  static {
    AvroCodec.trustGeneratedRecords();
  }

  private Episodes() {}

  static DriftAlert open(String id) {
    return of(id, AlertState.OPEN, Severity.WARN);
  }

  static DriftAlert raised(String id) {
    return of(id, AlertState.OPEN, Severity.CRITICAL);
  }

  static DriftAlert closed(String id) {
    return of(id, AlertState.CLOSED, Severity.WARN);
  }

  static DriftAlert of(String id, AlertState state, Severity severity) {
    return DriftAlert.newBuilder()
        .setAlertId(id)
        .setMonitor("daily")
        .setModel("price")
        .setKind("drift")
        .setFeature("event.demand")
        .setMetric("ks")
        .setState(state)
        .setSeverity(severity)
        .setWindowStart(WINDOW)
        .setWindowEnd(WINDOW.plusSeconds(86_400))
        .setValue(0.25)
        .setThreshold(0.125)
        .setMessage("event.demand <drifts>")
        .setReference("77aa")
        .setEvidence(212.5)
        .setAlarmAt(140.0)
        .setGuarantee("seasonal")
        .setStreams(
            List.of(
                DriftedStream.newBuilder()
                    .setFeature("event.demand")
                    .setSegment("market=NSW")
                    .setMetric("ks")
                    .setValue(0.25)
                    .setLeast(0.01)
                    .setThreshold(0.125)
                    .setEvidence(850.0)
                    .setGuarantee("seasonal")
                    .build()))
        .build();
  }

  /** An episode that is open, and nobody was told of. */
  static Notification notification(String receiver, String id, Instant opened) {
    return Notification.newBuilder()
        .setReceiver(receiver)
        .setOpened(open(id))
        .setOpenedAt(opened)
        .setDueAt(opened)
        .build();
  }
}

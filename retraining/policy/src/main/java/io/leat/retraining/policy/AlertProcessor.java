package io.leat.retraining.policy;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a request of an alert, where the model's policies ask for one, or holds it back until they
 * do. What opens or closes beside it may let what was held back go on.
 */
final class AlertProcessor extends PolicyProcessor {
  private static final Logger log = LoggerFactory.getLogger(AlertProcessor.class);

  private final AvroCodec codec;

  AlertProcessor(Parts parts, RegistryClient registry) {
    super(parts);
    this.codec = new AvroCodec(registry);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    DriftAlert alert = retry().call(() -> codec.decode(record.value(), DriftAlert.class));
    if (alert.getKind().equals(AlertKinds.RETRAINING)) {
      return; // this job's own
    }
    Instant now = alert.getWindowEnd();
    lapse(alert.getModel(), now, record);
    if (alert.getKind().equals(AlertKinds.PERFORMANCE)
        || alert.getKind().equals(AlertKinds.DATA_QUALITY)) {
      memory().episode(alert);
    }
    if (alert.getState() == AlertState.CLOSED) {
      count(alert.getModel(), AlertOutcome.CLOSED);
      close(alert, now, record);
    } else if (alert.getKind().equals(AlertKinds.DATA_QUALITY)) {
      count(alert.getModel(), AlertOutcome.VETO);
    } else {
      open(alert, false, now, record);
    }
    for (DriftAlert held : memory().held(alert.getModel())) {
      if (!held.getAlertId().equals(alert.getAlertId())) {
        open(held, true, now, record);
      }
    }
  }

  private void close(DriftAlert alert, Instant now, Record<String, byte[]> record) {
    memory().held(alert.getModel()).stream()
        .filter(held -> held.getAlertId().equals(alert.getAlertId()))
        .findFirst()
        .ifPresent(
            held -> {
              memory().release(held);
              if (decide(held, now).outcome() == AlertOutcome.VETOED) {
                lapse(held, "its episode closed while data quality held it back", now, record);
              }
            });
  }

  /**
   * An alert that has opened.
   *
   * @param wasHeld whether it opened earlier, and was held back
   */
  private void open(DriftAlert alert, boolean wasHeld, Instant now, Record<String, byte[]> record) {
    Decision decision = decide(alert, now);
    switch (decision.outcome()) {
      case NO_HARM, VETOED -> {
        memory().hold(alert);
        if (wasHeld) {
          return; // as before
        }
      }
      default -> memory().release(alert);
    }
    count(alert.getModel(), decision.outcome());
    told(alert, decision).ifPresent(log::info);
    decision
        .policy()
        .ifPresent(policy -> request(decision, Asking.of(alert).orElseThrow().at(now), record));
  }
}

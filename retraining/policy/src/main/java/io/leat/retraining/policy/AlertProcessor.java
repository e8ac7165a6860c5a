package io.leat.retraining.policy;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a request of an alert, where the model's policies ask for one, or holds it back until they
 * do. What opens or closes beside it may let what was held back go on. An episode is remembered
 * once, however often it is told, and asks again while it is open and no run has answered it.
 */
final class AlertProcessor extends PolicyProcessor {
  private static final Logger log = LoggerFactory.getLogger(AlertProcessor.class);

  private final AvroCodec codec;
  private final Predicate<DriftAlert> isWatched;

  /**
   * @param isWatched whether the pipeline has the monitor that tells of a model's performance
   */
  AlertProcessor(Parts parts, RegistryClient registry, Predicate<DriftAlert> isWatched) {
    super(parts);
    this.codec = new AvroCodec(registry);
    this.isWatched = isWatched;
  }

  @Override
  public void init(ProcessorContext<String, Output> context) {
    super.init(context);
    memory().forgetUnwatched(isWatched);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    DriftAlert alert = retry().call(() -> codec.decode(record.value(), DriftAlert.class));
    if (alert.getKind().equals(AlertKinds.RETRAINING)) {
      return; // this job's own
    }
    Instant now = memory().reached(alert.getModel(), alert.getWindowEnd());
    Optional<DriftAlert> closed = memory().episode(alert);
    if (alert.getKind().equals(AlertKinds.DATA_QUALITY)) {
      closed.ifPresent(
          opened -> memory().incident(alert.getModel(), doubts().incident(opened, alert)));
    }
    if (alert.getState() == AlertState.CLOSED) {
      count(alert.getModel(), AlertOutcome.CLOSED);
      close(alert, now, record);
    } else if (alert.getKind().equals(AlertKinds.DATA_QUALITY)) {
      count(alert.getModel(), AlertOutcome.VETO);
    } else {
      open(alert, now, record);
    }
    pass(alert.getModel(), now, record);
  }

  private void close(DriftAlert alert, Instant now, Record<String, byte[]> record) {
    Optional<HeldAlert> held = memory().held(alert);
    memory().release(alert);
    if (held.isPresent() && decide(held.get().alert(), now).outcome() == AlertOutcome.VETOED) {
      lapse(held.get().alert(), "its episode closed while data quality held it back", now, record);
      closeLapse(alert.getModel(), "its episode has closed: nothing asks any more", now, record);
    }
  }

  /** An alert that has opened, or says that its episode has become worse, or comes once more. */
  private void open(DriftAlert told, Instant now, Record<String, byte[]> record) {
    Optional<HeldAlert> held = memory().held(told);
    DriftAlert alert = held.map(known -> known.told(told)).orElse(told);
    Decision decision = decide(alert, now);
    if (decision.policy().isPresent()) {
      ask(alert, decision, now, record);
      return;
    }
    count(alert.getModel(), decision.outcome());
    log.info(
        "Alert {} of {} on model {} asks for no retraining: {}",
        alert.getAlertId(),
        alert.getFeature(),
        alert.getModel(),
        decision.reason());
    if (decision.outcome().mayAskAgain()) {
      memory().hold(alert, held.map(HeldAlert::since).orElse(now));
    }
  }
}

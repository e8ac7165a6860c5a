package io.leat.retraining.policy;

import static java.util.Objects.requireNonNull;

import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the policies do when event time passes for a model: requests are made and lapse. Runs on the
 * stream thread of its task.
 */
abstract sealed class PolicyProcessor implements Processor<String, byte[], String, Output>
    permits AlertProcessor, ClockProcessor, RunProcessor {
  private static final Logger log = LoggerFactory.getLogger(PolicyProcessor.class);

  private final Policies policies;
  private final Requests requests;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final RetrainingMetrics metrics;
  private final InstantSource clock;
  private @Nullable ProcessorContext<String, Output> context;
  private @Nullable Memory memory;

  PolicyProcessor(Parts parts) {
    this.policies = parts.policies();
    this.requests = parts.requests();
    this.registry = parts.registry();
    this.retry = parts.retry();
    this.metrics = parts.metrics();
    this.clock = parts.clock();
  }

  /** What the processors share. */
  record Parts(
      Policies policies,
      Requests requests,
      RegistryClient registry,
      RegistryRetry retry,
      RetrainingMetrics metrics,
      InstantSource clock) {}

  @Override
  public void init(ProcessorContext<String, Output> context) {
    this.context = context;
    this.memory = new Memory(context, registry, retry);
  }

  final Memory memory() {
    return requireNonNull(memory, "init comes first");
  }

  final Policies policies() {
    return policies;
  }

  final RegistryRetry retry() {
    return retry;
  }

  /** Lapses what data quality has held back for longer than the cool-down. */
  final void lapse(String model, Instant now, Record<String, byte[]> record) {
    for (DriftAlert alert : memory().held(model)) {
      if (decide(alert, now).outcome() == AlertOutcome.VETOED
          && !now.isBefore(alert.getWindowEnd().plus(coolDown(model)))) {
        memory().release(alert);
        lapse(alert, "data quality has not recovered within the cool-down", now, record);
      }
    }
  }

  private Duration coolDown(String model) {
    return policies.of(model).get(0).when().coolDown();
  }

  /** An alert that would have asked, and was held back, will not ask any more. */
  final void lapse(DriftAlert alert, String why, Instant now, Record<String, byte[]> record) {
    RetrainingPolicy policy = policies.of(alert.getModel()).get(0);
    Asking asking = Asking.of(alert).orElseThrow();
    lapse(requests.request(policy, asking, asking.message()), why, now, record);
  }

  private void lapse(
      RetrainingRequest request, String why, Instant now, Record<String, byte[]> record) {
    RetrainingRequest lapsed = Requests.lapsed(request, why);
    metrics.decided(request.getModel(), AlertOutcome.LAPSED);
    closeLapse(request.getModel(), now, record);
    memory().lapsed(lapsed);
    forward(
        record,
        Topics.RETRAINING_REQUESTS,
        memory().encode(Topics.RETRAINING_REQUESTS, lapsed),
        now);
    forward(
        record,
        Topics.AUDIT,
        memory().encode(Topics.AUDIT, requests.audit(lapsed, clock.instant())),
        now);
    alert(
        record,
        Requests.alert(
            lapsed,
            AlertState.OPEN,
            now,
            "the retraining request of policy %s has lapsed: %s"
                .formatted(lapsed.getPolicy(), why)));
    log.warn("Request {} has lapsed: {}", lapsed.getRequestId(), why);
  }

  /** A run has taken a request of the model up, or another lapses. */
  final void closeLapse(String model, Instant now, Record<String, byte[]> record) {
    memory()
        .takeLapsed(model)
        .ifPresent(
            before ->
                alert(
                    record,
                    Requests.alert(
                        before,
                        AlertState.CLOSED,
                        now,
                        "a run has taken up a retraining request of the model")));
  }

  private void alert(Record<String, byte[]> record, DriftAlert alert) {
    forward(
        record,
        Topics.DRIFT_ALERTS,
        memory().encode(Topics.DRIFT_ALERTS, alert),
        alert.getWindowEnd());
  }

  final Decision decide(DriftAlert alert, Instant now) {
    return Asking.of(alert)
        .map(asking -> decide(alert.getModel(), asking.at(now)))
        .orElseGet(
            () ->
                Decision.suppressed(
                    AlertOutcome.NOT_ASKED, "no policy asks because of " + alert.getKind()));
  }

  final Decision decide(String model, Asking asking) {
    return policies.decide(model, asking, memory().of(model));
  }

  final void count(String model, AlertOutcome outcome) {
    metrics.decided(model, outcome);
  }

  /** Makes a request; of a cause that a request was made of before, which says more, none. */
  final void request(Decision decision, Asking asking, Record<String, byte[]> record) {
    RetrainingRequest request =
        requests.request(decision.policy().orElseThrow(), asking, decision.reason());
    if (memory().wasMade(request)) {
      return;
    }
    Optional<RetrainingRequest> before = memory().waiting(request.getModel());
    memory().made(request);
    if (before.isPresent()) {
      lapse(
          before.get(),
          "no run took it up before the next was made; is the worker running?",
          asking.time(),
          record);
    }
    Instant time = request.getEventTime();
    forward(
        record,
        Topics.RETRAINING_REQUESTS,
        memory().encode(Topics.RETRAINING_REQUESTS, request),
        time);
    forward(
        record,
        Topics.AUDIT,
        memory().encode(Topics.AUDIT, requests.audit(request, clock.instant())),
        time);
    log.info(
        "{} {} asks for retraining of model {}: request {}, {}",
        asking.cause(),
        asking.id(),
        request.getModel(),
        request.getRequestId(),
        request.getReason());
  }

  private void forward(Record<String, byte[]> record, String topic, byte[] value, Instant time) {
    Record<String, Output> made = record.withValue(new Output(topic, value));
    Headers headers = made.headers();
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, Long.toString(time.toEpochMilli()));
    requireNonNull(context, "init comes first").forward(made);
  }

  /** What is still to be said of an alert that asks for nothing. */
  static Optional<String> told(DriftAlert alert, Decision decision) {
    return decision.policy().isPresent()
        ? Optional.empty()
        : Optional.of(
            "Alert %s of %s on model %s asks for no retraining: %s"
                .formatted(
                    alert.getAlertId(), alert.getFeature(), alert.getModel(), decision.reason()));
  }
}

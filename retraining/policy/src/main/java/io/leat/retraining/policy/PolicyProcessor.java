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
  private final Doubts doubts;
  private final Requests requests;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final RetrainingMetrics metrics;
  private final InstantSource clock;
  private @Nullable ProcessorContext<String, Output> context;
  private @Nullable Memory memory;

  PolicyProcessor(Parts parts) {
    this.policies = parts.policies();
    this.doubts = parts.doubts();
    this.requests = parts.requests();
    this.registry = parts.registry();
    this.retry = parts.retry();
    this.metrics = parts.metrics();
    this.clock = parts.clock();
  }

  /** What the processors share. */
  record Parts(
      Policies policies,
      Doubts doubts,
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

  final Doubts doubts() {
    return doubts;
  }

  final RegistryRetry retry() {
    return retry;
  }

  /** Event time has passed: what data quality holds back lapses, and what waited may ask. */
  final void pass(String model, Instant now, Record<String, byte[]> record) {
    for (HeldAlert held : memory().held(model)) {
      DriftAlert alert = held.alert();
      Decision decision = decide(alert, now);
      if (decision.policy().isPresent()) {
        ask(alert, decision, now, record);
      } else if (!decision.outcome().mayAskAgain()) {
        memory().release(alert);
      } else if (decision.outcome() == AlertOutcome.VETOED
          && !coolDown(model).isZero()
          && !now.isBefore(held.since().plus(coolDown(model)))) {
        lapse(alert, "held back for as long as the cool-down: " + decision.reason(), now, record);
        memory().hold(alert, now);
      }
    }
  }

  /** An episode asks. */
  final void ask(DriftAlert alert, Decision decision, Instant now, Record<String, byte[]> record) {
    count(alert.getModel(), decision.outcome());
    request(decision, asking(alert, now).orElseThrow(), record);
    memory().hold(alert, now);
  }

  private Optional<Asking> asking(DriftAlert alert, Instant now) {
    return Asking.of(alert, now, memory().attempts(alert.getModel(), alert.getAlertId()));
  }

  private Duration coolDown(String model) {
    return policies.of(model).get(0).when().coolDown();
  }

  /** An episode that would have asked, and was held back, does not ask this time. */
  final void lapse(DriftAlert alert, String why, Instant now, Record<String, byte[]> record) {
    RetrainingPolicy policy = policies.of(alert.getModel()).get(0);
    Asking asking = asking(alert, now).orElseThrow();
    lapse(requests.request(policy, asking, asking.message()), false, why, now, record);
  }

  /**
   * A request does not hold any more.
   *
   * @param wasMade whether it had held
   */
  final void lapse(
      RetrainingRequest request,
      boolean wasMade,
      String why,
      Instant now,
      Record<String, byte[]> record) {
    RetrainingRequest lapsed = Requests.lapsed(request, why);
    metrics.decided(request.getModel(), AlertOutcome.LAPSED);
    closeLapse(request.getModel(), "another request of the model has lapsed", now, record);
    memory().lapsed(lapsed, wasMade);
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

  /**
   * Closes the alert of the request that has lapsed last, if it is open.
   *
   * @param why a run has taken a request of the model up, another lapses, or its episode has closed
   */
  final void closeLapse(String model, String why, Instant now, Record<String, byte[]> record) {
    memory()
        .takeLapsed(model)
        .ifPresent(before -> alert(record, Requests.alert(before, AlertState.CLOSED, now, why)));
  }

  private void alert(Record<String, byte[]> record, DriftAlert alert) {
    forward(
        record,
        Topics.DRIFT_ALERTS,
        memory().encode(Topics.DRIFT_ALERTS, alert),
        alert.getWindowEnd());
  }

  final Decision decide(DriftAlert alert, Instant now) {
    Attempts attempts = memory().attempts(alert.getModel(), alert.getAlertId());
    if (attempts.answered()) {
      return Decision.suppressed(
          AlertOutcome.ANSWERED, "a run of its episode has put a new version in place");
    }
    if (attempts.made() > 0 && memory().waiting(alert.getModel()).isPresent()) {
      return Decision.suppressed(
          AlertOutcome.REQUEST_OPEN, "it has asked, and a request waits for a run to take it up");
    }
    return asking(alert, now)
        .map(asking -> decide(alert.getModel(), asking.with(doubt(alert))))
        .orElseGet(
            () ->
                Decision.suppressed(
                    AlertOutcome.NOT_ASKED, "no policy asks because of " + alert.getKind()));
  }

  final Decision decide(String model, Asking asking) {
    return policies.decide(model, asking, memory().of(model).withHarmInDoubt(harmInDoubt(model)));
  }

  private Optional<Doubt> doubt(DriftAlert episode) {
    String model = episode.getModel();
    return doubts.of(
        memory().first(episode),
        memory().incidents(model),
        looker -> memory().looked(model, looker));
  }

  /** Where one that is open is in no doubt, there is none. */
  private Optional<Doubt> harmInDoubt(String model) {
    Optional<Doubt> found = Optional.empty();
    if (memory().incidents(model).isEmpty()) {
      return found;
    }
    for (DriftAlert episode : memory().open(model, AlertKinds.PERFORMANCE)) {
      found = doubt(episode);
      if (found.isEmpty()) {
        return found;
      }
    }
    return found;
  }

  /** A monitor has evaluated a window: what is past is forgotten. */
  final void looked(String model, Doubts.Looker looker, Span window) {
    if (!doubts.decides(looker, window)
        || !memory().looked(model, looker, window, doubts.remembered(looker))) {
      return;
    }
    for (Incident incident : memory().incidents(model)) {
      if (doubts.isPast(incident, model, by -> memory().looked(model, by))) {
        memory().forget(model, incident);
      }
    }
  }

  final void count(String model, AlertOutcome outcome) {
    metrics.decided(model, outcome);
  }

  /** Makes a request. */
  final void request(Decision decision, Asking asking, Record<String, byte[]> record) {
    RetrainingRequest request =
        requests.request(decision.policy().orElseThrow(), asking, decision.reason());
    Optional<RetrainingRequest> before = memory().waiting(request.getModel());
    memory().made(request);
    if (before.isPresent()) {
      lapse(
          before.get(),
          true,
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
}

package io.leat.retraining.policy;

import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.InstantSource;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a request of an alert, where the model's policies ask for one, and remembers it as the
 * model's last and as open. Runs on the stream thread of its task.
 */
final class PolicyProcessor implements Processor<String, byte[], String, Output> {
  private static final Logger log = LoggerFactory.getLogger(PolicyProcessor.class);

  private final Policies policies;
  private final Requests requests;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final AvroCodec codec;
  private final RetrainingMetrics metrics;
  private final InstantSource clock;
  private @Nullable ProcessorContext<String, Output> context;
  private @Nullable KeyValueStore<String, byte[]> lastRequests;
  private @Nullable KeyValueStore<String, byte[]> openRequests;
  private @Nullable KeyValueStore<String, byte[]> runs;

  PolicyProcessor(
      Policies policies,
      Requests requests,
      RegistryClient registry,
      RegistryRetry retry,
      RetrainingMetrics metrics,
      InstantSource clock) {
    this.policies = policies;
    this.requests = requests;
    this.registry = registry;
    this.retry = retry;
    this.codec = new AvroCodec(registry);
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public void init(ProcessorContext<String, Output> context) {
    this.context = context;
    this.lastRequests = context.getStateStore(RetrainingTopology.LAST_REQUESTS);
    this.openRequests = context.getStateStore(RetrainingTopology.OPEN_REQUESTS);
    this.runs = context.getStateStore(RetrainingTopology.RUNS);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    KeyValueStore<String, byte[]> lastOfModel = Objects.requireNonNull(lastRequests);
    KeyValueStore<String, byte[]> open = Objects.requireNonNull(openRequests);
    DriftAlert alert = retry.call(() -> codec.decode(record.value(), DriftAlert.class));
    byte[] bytes = lastOfModel.get(alert.getModel());
    RetrainingRequest last =
        bytes == null ? null : retry.call(() -> codec.decode(bytes, RetrainingRequest.class));
    Decision decision = policies.decide(alert, last, state(last));
    metrics.decided(alert.getModel(), decision.outcome());
    if (decision.policy().isEmpty()) {
      log.info(
          "Alert {} of {} on model {} asks for no retraining: {}",
          alert.getAlertId(),
          alert.getFeature(),
          alert.getModel(),
          decision.reason());
      return;
    }
    RetrainingRequest request = requests.request(decision.policy().get(), alert, decision.reason());
    AuditEvent audit = requests.audit(request, clock.instant());
    byte[] made = encode(Topics.RETRAINING_REQUESTS, request);
    byte[] audited = encode(Topics.AUDIT, audit);
    lastOfModel.put(alert.getModel(), made);
    if (last != null) {
      open.delete(last.getRequestId()); // it has lapsed, where it is there
    }
    open.put(request.getRequestId(), made);
    forward(record, new Output(Topics.RETRAINING_REQUESTS, made), request);
    forward(record, new Output(Topics.AUDIT, audited), request);
    log.info(
        "Alert {} asks for retraining of model {}: request {}, {}",
        alert.getAlertId(),
        request.getModel(),
        request.getRequestId(),
        request.getReason());
  }

  private RequestState state(@Nullable RetrainingRequest request) {
    if (request == null
        || Objects.requireNonNull(openRequests).get(request.getRequestId()) == null) {
      return RequestState.ENDED;
    }
    return Objects.requireNonNull(runs).get(request.getRequestId()) == null
        ? RequestState.WAITING
        : RequestState.RUNNING;
  }

  private void forward(Record<String, byte[]> record, Output output, RetrainingRequest request) {
    Record<String, Output> made = record.withValue(output);
    RecordHeaders.set(
        made.headers(),
        RecordHeaders.EVENT_TIME,
        Long.toString(request.getEventTime().toEpochMilli()));
    Objects.requireNonNull(context, "init comes first").forward(made);
  }

  private <T extends SpecificRecordBase> byte[] encode(String topic, T value) {
    int id = retry.call(() -> registry.register(Topics.valueSubject(topic), value.getSchema()));
    return codec.encode(id, value);
  }
}

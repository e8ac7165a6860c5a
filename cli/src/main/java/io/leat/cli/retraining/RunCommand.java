package io.leat.cli.retraining;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.UserError;
import io.leat.common.Lookups;
import io.leat.common.Sha256;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.AuditEvent;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.runtime.settings.TimeConverter;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks for a new version of a model. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Asks for a new version of a model, whatever its policy waits for. The retraining worker"
            + " takes the request up; trainer, gates and approval are the policy's.")
final class RunCommand implements Callable<Integer> {
  @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
  private String name = "";

  @Option(
      names = "--why",
      paramLabel = "TEXT",
      defaultValue = "asked for by hand",
      description = "Why, for people. Default: ${DEFAULT-VALUE}.")
  private String why = "";

  @Option(
      names = "--at",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Learn from what was known at this event time, such as 2026-05-01 (its midnight, UTC)."
              + " Default: that of the newest vectors.")
  private @Nullable Instant at;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = options.pipeline();
    Model model = PipelineModels.declared(pipeline, name);
    RetrainingPolicy policy =
        pipeline.retraining().stream()
            .filter(one -> one.model().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UserError(
                        "Model %s has no retraining policy, which says who trains and what a new version has to pass. Declare one in retraining/%s.yaml."
                            .formatted(name, name)));
    Instant time = at != null ? at : newest(Topics.features(model.service()));
    String cause = "by hand " + UUID.randomUUID();
    String digest = Sha256.hex(policy.name() + "\n" + cause);
    RetrainingRequest request =
        RetrainingRequest.newBuilder()
            .setRequestId(policy.name() + "-" + digest.substring(0, 16))
            .setPolicy(policy.name())
            .setModel(name)
            .setModelVersion(model.version())
            .setCause(cause)
            .setReason(why)
            .setEventTime(time)
            .setState(RequestStatus.ASKED)
            .build();
    write(request);
    spec.commandLine()
        .getOut()
        .printf(
            "Asked for a new version of model %s: request %s, as of %s. What becomes of it: leat runs list%n",
            name, request.getRequestId(), time);
    return 0;
  }

  /** Event time of the newest vectors. */
  private Instant newest(String topic) {
    try (TopicLog log = TopicLog.open(options.platform().kafka(), topic)) {
      Map<TopicPartition, Long> ends = log.ends();
      return log.partitions().stream()
          .flatMap(
              partition ->
                  log.last(partition, Lookups.required(ends, partition), record -> true).stream())
          .flatMap(record -> RecordHeaders.get(record.headers(), RecordHeaders.EVENT_TIME).stream())
          .map(millis -> Instant.ofEpochMilli(Long.parseLong(millis)))
          .max(Instant::compareTo)
          .orElseThrow(
              () ->
                  new UserError(
                      "%s has no vectors yet; there is nothing to learn from. Give a time with --at if there are tables."
                          .formatted(topic)));
    }
  }

  private void write(RetrainingRequest request) {
    Map<String, Object> settings = new HashMap<>(options.platform().kafka());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    RegistryClient registry = options.platform().registry();
    TopicLog.open(settings, Topics.RETRAINING_REQUESTS).close(); // refused where it is not there
    String actor = System.getProperty("user.name");
    AuditEvent audit =
        AuditEvent.newBuilder()
            .setAction("request-retraining")
            .setActor(actor == null ? "unknown" : actor)
            .setSubject("model " + request.getModel() + "@" + request.getModelVersion())
            .setDetails(
                Map.of(
                    "request_id", request.getRequestId(),
                    "policy", request.getPolicy(),
                    "cause", request.getCause(),
                    "reason", request.getReason()))
            .setTime(Instant.now())
            .build();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ProducerRecord<byte[], byte[]> record :
          Stream.of(
                  record(Topics.RETRAINING_REQUESTS, request.getModel(), request, registry),
                  record(Topics.AUDIT, audit.getSubject(), audit, registry))
              .toList()) {
        producer.send(record).get();
      }
    } catch (java.util.concurrent.ExecutionException e) {
      throw new UserError("The request could not be written: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while the request was written.", e);
    }
  }

  private static ProducerRecord<byte[], byte[]> record(
      String topic, String key, SpecificRecordBase value, RegistryClient registry) {
    int id = registry.register(Topics.valueSubject(topic), value.getSchema());
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, key.getBytes(UTF_8), new AvroCodec(registry).encode(id, value));
    if (value instanceof RetrainingRequest request) {
      RecordHeaders.set(
          record.headers(),
          RecordHeaders.EVENT_TIME,
          Long.toString(request.getEventTime().toEpochMilli()));
    }
    return record;
  }
}

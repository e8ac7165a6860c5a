package io.leat.pipeline.apply;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.KeyPartitions;
import io.leat.records.AlertControl;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Outcome;
import io.leat.records.PerformanceMetric;
import io.leat.records.RegistryEntry;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RolloutObservation;
import io.leat.records.Score;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.Topics;
import io.leat.schemas.backfill.BackfillTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topics that a pipeline needs, with their settings.
 *
 * <p>All of them stamp records with the broker's clock ({@code message.timestamp.type =
 * LogAppendTime}). Kafka deletes by a record's timestamp; were that the producer's, a replay of
 * last year's events would be deleted as it is written. Event time is in a header and in the value,
 * and no job asks the timestamp for it.
 *
 * <p>Everything that comes of an event, up to its score, has as many partitions as the event and is
 * kept as long. The platform's own topics have one partition: their order is the story that they
 * tell.
 */
public final class PipelineTopics {
  private static final Optional<Duration> FOREVER = Optional.empty();

  /** Long enough to look back over a quarter; alerts, requests and the audit are kept for ever. */
  private static final Duration METRICS_RETENTION = Duration.ofDays(90);

  /** Longer than a service that folds them into its evidence may be down. */
  private static final Duration OBSERVATIONS_RETENTION = Duration.ofDays(7);

  private PipelineTopics() {}

  /** Every topic that the pipeline's jobs read or write by name, in the order of the stream. */
  public static List<Topic> of(Pipeline pipeline) {
    List<Topic> topics = new ArrayList<>();
    pipeline.contracts().forEach(contract -> addEvent(topics, contract));
    pipeline.services().forEach(service -> addVectors(topics, service, pipeline));
    pipeline.models().forEach(model -> addScores(topics, model, pipeline));
    addBackfills(topics, pipeline);
    addJobs(topics, pipeline);
    addPlatform(topics);
    return List.copyOf(topics);
  }

  private static void addEvent(List<Topic> topics, Contract contract) {
    String event = contract.event();
    int partitions = contract.topic().partitions();
    Map<String, String> kept = deletedAfter(contract.topic().retention());
    Map<String, String> refused = deletedAfter(Optional.of(contract.topic().deadLetterRetention()));
    Optional<Schema> schema = Optional.of(contract.schema());
    topics.add(
        new Topic(
            event,
            partitions,
            kept,
            schema.filter(s -> contract.inputFormat().isContractSchema())));
    topics.add(new Topic(Topics.valid(event), partitions, large(kept), schema));
    topics.add(
        new Topic(
            Topics.deadLetters(event),
            partitions,
            large(refused),
            Optional.empty(),
            Optional.of(contract.topic().deadLetterRetention())
                .filter(retention -> contract.privacy().keepsClearDeadLetters())));
    topics.add(new Topic(Topics.late(event), partitions, large(refused), schema));
  }

  private static void addVectors(List<Topic> topics, FeatureService service, Pipeline pipeline) {
    Contract spine = spine(service, pipeline);
    topics.add(
        new Topic(
            Topics.features(service.name()),
            spine.topic().partitions(),
            deletedAfter(spine.topic().retention()),
            Optional.of(FeatureVectorSchema.of(service.featureNames()))));
  }

  private static void addScores(List<Topic> topics, Model model, Pipeline pipeline) {
    Contract spine = spine(pipeline.service(model.service()).orElseThrow(), pipeline);
    int partitions = spine.topic().partitions();
    for (String scores : List.of(Topics.scores(model.name()), Topics.shadowScores(model.name()))) {
      topics.add(
          new Topic(
              scores,
              partitions,
              deletedAfter(spine.topic().retention()),
              Optional.of(Score.getClassSchema())));
    }
    if (pipeline.service(model.service()).orElseThrow().label().isPresent()) {
      topics.add(
          new Topic(
              Topics.outcomes(model.name()),
              partitions,
              deletedAfter(spine.topic().retention()),
              Optional.of(Outcome.getClassSchema())));
    }
    topics.add(
        new Topic(
            Topics.unscored(model.name()),
            partitions,
            deletedAfter(Optional.of(spine.topic().deadLetterRetention())),
            Optional.empty()));
  }

  /** Kept until they have been taken in: whoever wrote one empties it then. */
  private static void addBackfills(List<Topic> topics, Pipeline pipeline) {
    KeyPartitions partitions = KeyPartitions.of(pipeline);
    for (FeatureView view : pipeline.views()) {
      if (view.backfill()) {
        Map<String, String> settings = new HashMap<>(deletedAfter(FOREVER));
        settings.put(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(BackfillTopic.LARGEST_ENTRY / 4 * 5));
        topics.add(
            new Topic(
                BackfillTopic.name(pipeline.name(), view.name(), view.version()),
                partitions.of(view.source()),
                settings,
                Optional.empty()));
      }
    }
  }

  private static Contract spine(FeatureService service, Pipeline pipeline) {
    return pipeline.contract(service.spine()).orElseThrow();
  }

  /** With room for the largest record that a job sends, and for what compression may add to it. */
  private static Map<String, String> large(Map<String, String> settings) {
    Map<String, String> large = new HashMap<>(settings);
    large.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Topics.LARGEST_RECORD / 4 * 5));
    return large;
  }

  /**
   * What the jobs could not read of the platform's topics; such records come of a fault, so one
   * partition does.
   */
  private static void addJobs(List<Topic> topics, Pipeline pipeline) {
    for (String job :
        List.of(
            "features",
            "offline",
            "drift",
            "retraining",
            "rollouts",
            "performance",
            "notifications")) {
      topics.add(
          new Topic(
              pipeline.name() + "-" + job + ".dlq",
              1,
              deletedAfter(Optional.of(METRICS_RETENTION)),
              Optional.empty()));
    }
  }

  private static void addPlatform(List<Topic> topics) {
    Map<String, String> forever = deletedAfter(FOREVER);
    platform(
        topics,
        Topics.DRIFT_METRICS,
        deletedAfter(Optional.of(METRICS_RETENTION)),
        DriftMetric.getClassSchema());
    platform(topics, Topics.DRIFT_ALERTS, forever, DriftAlert.getClassSchema());
    platform(
        topics,
        Topics.PERFORMANCE_METRICS,
        deletedAfter(Optional.of(METRICS_RETENTION)),
        PerformanceMetric.getClassSchema());
    platform(topics, Topics.ALERT_CONTROLS, compacted(), AlertControl.getClassSchema());
    platform(topics, Topics.RETRAINING_REQUESTS, forever, RetrainingRequest.getClassSchema());
    platform(topics, Topics.RETRAINING_RUNS, forever, RetrainingRun.getClassSchema());
    platform(topics, Topics.MODEL_REGISTRY, compacted(), RegistryEntry.getClassSchema());
    platform(
        topics,
        Topics.ROLLOUT_OBSERVATIONS,
        deletedAfter(Optional.of(OBSERVATIONS_RETENTION)),
        RolloutObservation.getClassSchema());
    platform(topics, Topics.AUDIT, forever, AuditEvent.getClassSchema());
    platform(topics, Topics.DEFINITIONS, compacted(), Definition.getClassSchema());
  }

  private static void platform(
      List<Topic> topics, String name, Map<String, String> settings, Schema schema) {
    topics.add(new Topic(name, 1, settings, Optional.of(schema)));
  }

  /**
   * @param retention empty: for ever
   */
  private static Map<String, String> deletedAfter(Optional<Duration> retention) {
    return Map.of(
        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
        "LogAppendTime",
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.RETENTION_MS_CONFIG,
        Long.toString(retention.map(Duration::toMillis).orElse(-1L)));
  }

  private static Map<String, String> compacted() {
    return Map.of(
        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
        "LogAppendTime",
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_COMPACT);
  }
}

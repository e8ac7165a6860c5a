package io.leat.cli.demo;

import io.leat.cli.command.Endpoints;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Outcome;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The topics that tell of a demonstration, read from their beginning. Owned by one thread. */
final class StoryTopics implements AutoCloseable {
  private static final String MODEL = "fraud";
  private static final String SERVICE = "fraud";

  private final Map<String, Object> kafka;
  private final AvroCodec codec;
  private final List<TopicLog> logs = new ArrayList<>();
  private final TopicLog vectors;
  private final TopicLog unscored;
  private final TopicLog scores;
  private final TopicLog metrics;
  private final TopicLog alerts;
  private final TopicLog requests;
  private final TopicLog runs;
  private final TopicLog outcomes;

  StoryTopics(Endpoints endpoints) {
    kafka = Map.of("bootstrap.servers", endpoints.bootstrapServers(), "max.poll.records", 5_000);
    codec = new AvroCodec(new RegistryClient(endpoints.registryUrl()));
    vectors = open(Topics.features(SERVICE));
    unscored = open(Topics.unscored(MODEL));
    scores = open(Topics.scores(MODEL));
    metrics = open(Topics.DRIFT_METRICS);
    alerts = open(Topics.DRIFT_ALERTS);
    requests = open(Topics.RETRAINING_REQUESTS);
    runs = open(Topics.RETRAINING_RUNS);
    outcomes = open(Topics.outcomes(MODEL));
  }

  private TopicLog open(String topic) {
    TopicLog log = TopicLog.open(kafka, topic);
    logs.add(log);
    return log;
  }

  /** Reads on to where the topics end now. */
  void poll(Story story) {
    read(vectors, record -> story.vector(event(record)));
    read(unscored, record -> story.deadLetter());
    read(scores, record -> story.score(decode(record, Score.class), record.timestamp()));
    read(metrics, record -> story.metric(decode(record, DriftMetric.class)));
    read(alerts, record -> story.alert(decode(record, DriftAlert.class), record.timestamp()));
    read(
        requests,
        record -> story.request(decode(record, RetrainingRequest.class), record.timestamp()));
    read(runs, record -> story.run(decode(record, RetrainingRun.class), record.timestamp()));
    read(outcomes, record -> story.outcome(decode(record, Outcome.class), record.timestamp()));
  }

  private static void read(
      TopicLog log, Consumer<ConsumerRecord<byte @Nullable [], byte @Nullable []>> take) {
    log.readToEnd(
        record -> {
          take.accept(record);
          return true;
        });
  }

  private static String event(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    return RecordHeaders.get(record.headers(), RecordHeaders.EVENT_ID)
        .orElseThrow(() -> new IllegalStateException("a vector without the id of its event"));
  }

  private <T extends org.apache.avro.specific.SpecificRecordBase> T decode(
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Class<T> type) {
    byte[] value = record.value();
    if (value == null) {
      throw new IllegalStateException("no value on " + record.topic());
    }
    return codec.decode(value, type);
  }

  @Override
  public void close() {
    logs.forEach(TopicLog::close);
  }
}

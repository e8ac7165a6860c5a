package io.leat.cli.demo;

import io.leat.cli.command.Endpoints;
import io.leat.records.DriftAlert;
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

/** The topics that the loop passes, read from their beginning. Owned by one thread. */
final class LoopTopics implements AutoCloseable {
  private static final String MODEL = "fraud";
  private static final String SERVICE = "fraud";

  private final Map<String, Object> kafka;
  private final AvroCodec codec;
  private final List<TopicLog> logs = new ArrayList<>();
  private final TopicLog vectors;
  private final TopicLog unscored;
  private final TopicLog scores;
  private final TopicLog alerts;
  private final TopicLog requests;
  private final TopicLog runs;
  private final TopicLog outcomes;

  LoopTopics(Endpoints endpoints) {
    kafka = Map.of("bootstrap.servers", endpoints.bootstrapServers(), "max.poll.records", 5_000);
    codec = new AvroCodec(new RegistryClient(endpoints.registryUrl()));
    vectors = open(Topics.features(SERVICE));
    unscored = open(Topics.unscored(MODEL));
    scores = open(Topics.scores(MODEL));
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
  void poll(Loop loop) {
    read(vectors, record -> loop.vector(event(record)));
    read(unscored, record -> loop.deadLetter());
    read(scores, record -> loop.score(decode(record, Score.class), record.timestamp()));
    read(alerts, record -> loop.alert(decode(record, DriftAlert.class), record.timestamp()));
    read(
        requests,
        record -> loop.request(decode(record, RetrainingRequest.class), record.timestamp()));
    read(runs, record -> loop.run(decode(record, RetrainingRun.class), record.timestamp()));
    read(outcomes, record -> loop.outcome(decode(record, Outcome.class), record.timestamp()));
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

package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.cli.CommandRun;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.TopicReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole platform over a real market's readings: {@code leat up}, {@code leat replay}, and what
 * must have come of it on every topic and in both tables.
 */
class ElectricityIT {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project"));
  private static final Path READINGS = PROJECT.resolve("examples/electricity/readings.csv.gz");
  private static final int ROWS = 45_312;
  private static final Instant VICTORIA_JOINS = Instant.parse("1997-05-02T00:00:00Z");
  private static final Duration TIMEOUT = Duration.ofMinutes(8);

  @TempDir private Path temporary;

  @Test
  void aMarketsReadingsRunThroughTheWholePlatform() throws IOException {
    try (RunningStack stack =
        RunningStack.up(PROJECT.resolve("examples/electricity"), temporary.resolve("leat"))) {
      CommandRun replay =
          stack.run("replay", READINGS.toString(), "--event", "readings", "--fastest");
      assertThat(replay.code()).as(replay.out()).isZero();

      String brokers = stack.endpoints().bootstrapServers();
      AvroCodec codec = new AvroCodec(new RegistryClient(stack.endpoints().registryUrl()));
      List<ConsumerRecord<byte[], byte[]>> scored = read(brokers, Topics.scores("price"), ROWS);
      List<RetrainingRequest> requests =
          read(brokers, Topics.RETRAINING_REQUESTS, 1).stream()
              .map(record -> codec.decode(record.value(), RetrainingRequest.class))
              .toList();
      await("rows in both tables")
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofSeconds(2))
          .until(
              () ->
                  stack.committedRows("electricity", "events_readings") >= ROWS
                      && stack.committedRows("electricity", "vectors_price") >= ROWS);

      int valid = all(brokers, Topics.valid("readings")).size();
      int dead = all(brokers, Topics.deadLetters("readings")).size();
      int vectors = all(brokers, Topics.features("price")).size();
      List<DriftAlert> alerts = decoded(codec, all(brokers, Topics.DRIFT_ALERTS), DriftAlert.class);
      List<DriftAlert> onVictoria =
          alerts.stream()
              .filter(alert -> alert.getFeature().equals("event.vic_price"))
              .filter(alert -> alert.getState() == AlertState.OPEN)
              .toList();
      long eventRows = stack.rows("electricity", "events_readings");
      long vectorRows = stack.rows("electricity", "vectors_price");
      System.out.printf(
          "electricity: valid %d, dead letters %d, vectors %d, scores %d, rows %d and %d, alerts %s, requests %s%n",
          valid,
          dead,
          vectors,
          scored.size(),
          eventRows,
          vectorRows,
          alerts.stream()
              .map(
                  a ->
                      a.getFeature()
                          + " "
                          + a.getState()
                          + " "
                          + a.getSeverity()
                          + " "
                          + a.getWindowEnd())
              .toList(),
          requests);

      assertThat(valid + dead).isEqualTo(ROWS);
      assertThat(vectors).isEqualTo(valid);
      assertThat(scored).hasSize(valid);
      Set<String> scoredEvents = new HashSet<>();
      decoded(codec, scored, Score.class).forEach(score -> scoredEvents.add(score.getEventId()));
      assertThat(scoredEvents).hasSize(valid);
      assertThat(eventRows).isEqualTo(valid);
      assertThat(vectorRows).isEqualTo(vectors);
      assertThat(onVictoria).isNotEmpty();
      assertThat(onVictoria)
          .allSatisfy(alert -> assertThat(alert.getWindowEnd()).isAfter(VICTORIA_JOINS));
      assertThat(onVictoria.get(0).getWindowEnd())
          .isBeforeOrEqualTo(VICTORIA_JOINS.plus(Duration.ofDays(21)));
      assertThat(decoded(codec, all(brokers, Topics.RETRAINING_REQUESTS), RetrainingRequest.class))
          .singleElement()
          .extracting(RetrainingRequest::getCause)
          .isEqualTo(onVictoria.get(0).getAlertId());
      assertThat(stack.isAlive()).as(stack.log()).isTrue();
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(
      String brokers, String topic, int count) {
    try (TopicReader reader = TopicReader.committed(brokers, List.of(topic))) {
      return reader.await(count, TIMEOUT);
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> all(String brokers, String topic) {
    try (TopicReader reader = TopicReader.committed(brokers, List.of(topic))) {
      return reader.readToEnd();
    }
  }

  private static <T extends SpecificRecordBase> List<T> decoded(
      AvroCodec codec, List<ConsumerRecord<byte[], byte[]>> records, Class<T> type) {
    return records.stream().map(record -> codec.decode(record.value(), type)).toList();
  }
}

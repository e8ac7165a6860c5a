package io.leat.features.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.DataFile;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The offline job out of the distribution, in a process that is killed. */
@ExtendWith(SharedCluster.class)
class OfflineJobIT {
  private static final String EVENTS = "events_parcels";
  private static final String LABELS = "events_deliveries";
  private static final String VECTORS = "vectors_routing";
  private static final String SCORES = "scores_lateness";

  private final TestCluster cluster;
  private OfflineRun run;
  private TopicWriter writer;
  private Parcels parcels;
  private OfflineTableReader tables;

  OfflineJobIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void start() throws Exception {
    Path folder = Path.of(OfflineJobIT.class.getResource("/parcels").toURI());
    run = new OfflineRun(cluster, folder);
    Pipeline pipeline = PipelineReader.read(folder);
    writer = cluster.newWriter();
    parcels = new Parcels(pipeline, cluster.newRegistryClient());
    tables = run.tables();
  }

  @AfterEach
  void stop() throws Exception {
    run.close();
    writer.close();
  }

  @Test
  void everyRecordIsARowOnceThoughTheJobAndItsMaintenanceAreKilledAgainAndAgain() {
    write(0, 500);
    abort(500, 600); // an aborted transaction's records are in no table
    run.start();
    awaitRows(500);

    for (int round = 1; round <= 3; round++) {
      int from = 500 * round;
      run.startMaintenance();
      write(from, from + 250);
      awaitRowsAbove(from); // a checkpoint was committed; the next is under way
      await().atMost(OfflineRun.TIMEOUT).until(() -> run.maintenanceLog().contains(SCORES));
      write(from + 250, from + 500);
      run.kill();
      run.start();
      awaitRows(from + 500);
    }

    assertThatTablesHold(2000);
    assertThat(tables.countOfRewrites(EVENTS)).isPositive(); // maintenance was in it

    // Stopped in order and started again, with nothing to read, it adds nothing.
    run.stop();
    run.start();
    write(2000, 2001);
    awaitRows(2001);
    assertThatTablesHold(2001);
    assertThat(run.committed("parcel-post-offline.dlq")).isEmpty();
  }

  @Test
  void filesAreFewAndSortedByEntityAfterMaintenance() throws Exception {
    run.start();
    for (int i = 0; i < 5; i++) {
      write(100 * i, 100 * (i + 1)); // of three days
      awaitRows(100 * (i + 1));
    }
    int before = tables.files(EVENTS).size();
    run.startMaintenance();

    run.awaitFiles(4, EVENTS, VECTORS, SCORES);
    run.kill();

    assertThat(before).isGreaterThanOrEqualTo(5);
    assertThatTablesHold(500);
    for (DataFile file : tables.files(EVENTS)) {
      List<String> customers = tables.column(EVENTS, file, "customer_id");
      assertThat(customers).isEqualTo(customers.stream().sorted().toList());
    }
  }

  @Test
  void labelsLandAsEventsAndJoinWithTheirVectors() {
    write(0, 50);
    for (int i = 0; i < 50; i += 2) {
      writer.send(parcels.delivery(i));
    }
    writer.flush();
    run.start();
    awaitRows(50);
    run.awaitRows(25, LABELS);

    Map<@Nullable Object, @Nullable Object> labels = new HashMap<>();
    tables
        .rows(LABELS, "parcel_id")
        .forEach(row -> labels.put(row.get("parcel_id"), row.get("late")));
    List<Map<String, @Nullable Object>> vectors = tables.rows(VECTORS, "event_id");
    for (int i = 0; i < 50; i++) {
      assertThat(labels.get(vectors.get(i).get("event_id")))
          .as(Parcels.id(i))
          .isEqualTo(i % 2 == 0 ? Parcels.isLate(i) : null);
    }
  }

  @Test
  void aBadRecordIsADeadLetterAndTheNextOneARow() {
    write(0, 2);
    byte[] garbage = "not a parcel".getBytes(UTF_8);
    ProducerRecord<byte[], byte[]> bad =
        new ProducerRecord<>(Topics.valid(Parcels.EVENT), 0, "key".getBytes(UTF_8), garbage);
    bad.headers().add("mine", new byte[] {7});
    writer.send(bad);
    ProducerRecord<byte[], byte[]> headless = parcels.event(2);
    headless.headers().remove(RecordHeaders.SOURCE);
    writer.send(headless);
    write(3, 6);

    run.start();

    try (TopicReader reader = cluster.newReader("parcel-post-offline.dlq")) {
      List<ConsumerRecord<byte[], byte[]>> deadLetters = reader.await(2, OfflineRun.TIMEOUT);
      assertThat(deadLetters)
          .extracting(deadLetter -> header(deadLetter, RecordHeaders.REASON))
          .containsExactlyInAnyOrder("not_framed", "missing_header");
      ConsumerRecord<byte[], byte[]> deadLetter =
          deadLetters.stream()
              .filter(one -> header(one, RecordHeaders.REASON).equals("not_framed"))
              .findFirst()
              .orElseThrow();
      assertThat(deadLetter.value()).isEqualTo(garbage);
      assertThat(deadLetter.key()).isEqualTo("key".getBytes(UTF_8));
      assertThat(deadLetter.headers().lastHeader("mine").value()).containsExactly(7);
      assertThat(header(deadLetter, RecordHeaders.ERROR_TOPIC)).isEqualTo("parcels.valid");
      assertThat(header(deadLetter, RecordHeaders.ERROR_PARTITION)).isEqualTo("0");
      assertThat(header(deadLetter, RecordHeaders.ERROR_OFFSET)).isEqualTo("1");
      assertThat(header(deadLetter, RecordHeaders.ERROR_MESSAGE)).contains("0x6e");
    }
    await()
        .atMost(OfflineRun.TIMEOUT)
        .untilAsserted(() -> assertThat(tables.count(EVENTS)).isEqualTo(5));
    assertThat(tables.rows(EVENTS, "_event_id"))
        .extracting(row -> row.get("_event_id"))
        .isEqualTo(IntStream.of(0, 1, 3, 4, 5).mapToObj(Parcels::id).toList());
  }

  @Test
  void anOutageOfTheRegistryHoldsRecordsBackAndLosesNone() {
    write(0, 10);
    cluster.registryProcess().process().kill();
    run.start();
    await()
        .atMost(OfflineRun.TIMEOUT)
        .until(() -> run.log().contains("Nothing is lost; trying again"));
    assertThat(tables.count(EVENTS)).isZero();

    cluster.restartRegistry();

    awaitRows(10);
    assertThatTablesHold(10);
    assertThat(run.committed("parcel-post-offline.dlq")).isEmpty();
  }

  @Test
  void aReplayOfYearsWritesAThousandDaysAtOnceInASmallHeap() {
    int parcelsADay = 24 * 60 / 7;
    int[] oneADay = IntStream.range(0, 1000).map(day -> day * parcelsADay).toArray();
    for (int i : oneADay) {
      writer.send(parcels.event(i));
      writer.send(parcels.vector(i));
      writer.send(parcels.score(i));
    }
    writer.flush();

    run.start();

    awaitRows(1000);
    assertThat(tables.rows(EVENTS, "_event_id"))
        .extracting(row -> row.get("_event_id"))
        .isEqualTo(IntStream.of(oneADay).mapToObj(Parcels::id).toList());
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      writer.send(parcels.event(i));
      writer.send(parcels.vector(i));
      writer.send(parcels.score(i));
    }
    writer.flush();
  }

  private void abort(int from, int to) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", "aborting"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = from; i < to; i++) {
        producer.send(parcels.event(i));
        producer.send(parcels.vector(i));
        producer.send(parcels.score(i));
      }
      producer.flush();
      producer.abortTransaction();
    }
  }

  private void awaitRows(int count) {
    run.awaitRows(count, EVENTS, VECTORS, SCORES);
  }

  private void awaitRowsAbove(int count) {
    await()
        .atMost(OfflineRun.TIMEOUT)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> tables.count(EVENTS) > count || tables.count(VECTORS) > count);
  }

  private void assertThatTablesHold(int count) {
    assertThatTableHolds(
        EVENTS, "_event_id", Topics.valid(Parcels.EVENT), rows(count, Parcels::eventRow));
    assertThatTableHolds(
        VECTORS, "event_id", Topics.features(Parcels.SERVICE), rows(count, Parcels::vectorRow));
    assertThatTableHolds(
        SCORES, "event_id", Topics.scores(Parcels.MODEL), rows(count, Parcels::scoreRow));
  }

  /** These rows, each with the position and the append time of its record in the topic. */
  private void assertThatTableHolds(
      String table, String id, String topic, List<Map<String, @Nullable Object>> expected) {
    Map<String, List<Object>> positions =
        run.committed(topic).stream()
            .collect(
                Collectors.toMap(
                    record -> header(record, RecordHeaders.EVENT_ID), OfflineJobIT::position));
    assertThat(positions).hasSize(expected.size());
    List<Map<String, @Nullable Object>> rows = tables.rows(table, id);
    for (Map<String, @Nullable Object> row : rows) {
      assertThat(
              List.of(
                  row.remove("_log_partition"), row.remove("_log_offset"), row.remove("_log_time")))
          .as("position of %s in %s", row.get(id), topic)
          .isEqualTo(positions.get(row.get(id)));
    }
    assertThat(rows).isEqualTo(expected);
  }

  private static List<Object> position(ConsumerRecord<byte[], byte[]> record) {
    return List.of(
        record.partition(),
        record.offset(),
        OffsetDateTime.ofInstant(Instant.ofEpochMilli(record.timestamp()), ZoneOffset.UTC));
  }

  private static List<Map<String, @Nullable Object>> rows(
      int count, IntFunction<Map<String, @Nullable Object>> row) {
    return IntStream.range(0, count).mapToObj(row).toList();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("");
  }
}

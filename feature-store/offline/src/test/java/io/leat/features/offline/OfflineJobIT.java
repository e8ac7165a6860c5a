package io.leat.features.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineReader;
import io.leat.pipeline.apply.Applier;
import io.leat.runtime.flink.FlinkJobOptions;
import io.leat.runtime.flink.LocalCluster;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String EVENTS = "events_parcels";
  private static final String VECTORS = "vectors_routing";

  private final TestCluster cluster;
  private Path state;
  private Path warehouse;
  private Path pipelineFolder;
  private Pipeline pipeline;
  private TopicWriter writer;
  private Parcels parcels;
  private OfflineTableReader tables;
  private @Nullable JvmProcess job;

  OfflineJobIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void start() throws Exception {
    cluster.clear();
    state = cluster.newDirectory("state");
    warehouse = cluster.newDirectory("warehouse");
    pipelineFolder = Path.of(OfflineJobIT.class.getResource("/parcels").toURI());
    pipeline = PipelineReader.read(pipelineFolder);
    new Applier(
            Map.of("bootstrap.servers", cluster.bootstrapServers()), cluster.newRegistryClient())
        .apply(pipeline, "test");
    writer = cluster.newWriter();
    parcels =
        new Parcels(
            pipeline.contract(Parcels.EVENT).orElseThrow().schema(), cluster.newRegistryClient());
    tables =
        new OfflineTableReader(
            OfflineCatalog.of(
                FlinkJobOptions.of(
                    pipelineFolder,
                    cluster.bootstrapServers(),
                    cluster.registryUrl(),
                    state,
                    warehouse.toString()),
                pipeline.name()));
  }

  @AfterEach
  void stop() throws Exception {
    if (job != null) {
      job.kill();
    }
    tables.close();
    writer.close();
  }

  @Test
  void everyRecordIsARowOnceThoughTheJobIsKilledAgainAndAgain() {
    write(0, 500);
    abort(500, 600); // an aborted transaction's records are in no table
    job = startJob();
    awaitRows(500);

    for (int round = 1; round <= 3; round++) {
      int from = 500 * round;
      write(from, from + 250);
      awaitRowsAbove(from); // a checkpoint was committed; the next is under way
      write(from + 250, from + 500);
      job.kill();
      job = startJob();
      awaitRows(from + 500);
    }

    assertThatTablesHold(2000);
    assertThat(committed(Topics.valid(Parcels.EVENT))).hasSize(2000);
    assertThat(committed(Topics.features(Parcels.SERVICE))).hasSize(2000);

    // Stopped in order and started anew, with nothing to read, it adds nothing.
    job.stop();
    job = startJob();
    write(2000, 2001);
    awaitRows(2001);
    assertThatTablesHold(2001);
    assertThat(committed("parcel-post-offline.dlq")).isEmpty();
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

    job = startJob();

    try (TopicReader reader = cluster.newReader("parcel-post-offline.dlq")) {
      List<ConsumerRecord<byte[], byte[]>> letters = reader.await(2, PATIENCE);
      assertThat(letters)
          .extracting(letter -> header(letter, RecordHeaders.REASON))
          .containsExactlyInAnyOrder("not_framed", "missing_header");
      ConsumerRecord<byte[], byte[]> letter =
          letters.stream()
              .filter(one -> header(one, RecordHeaders.REASON).equals("not_framed"))
              .findFirst()
              .orElseThrow();
      assertThat(letter.value()).isEqualTo(garbage);
      assertThat(letter.key()).isEqualTo("key".getBytes(UTF_8));
      assertThat(letter.headers().lastHeader("mine").value()).containsExactly(7);
      assertThat(header(letter, RecordHeaders.ERROR_TOPIC)).isEqualTo("parcels.valid");
      assertThat(header(letter, RecordHeaders.ERROR_PARTITION)).isEqualTo("0");
      assertThat(header(letter, RecordHeaders.ERROR_OFFSET)).isEqualTo("1");
      assertThat(header(letter, RecordHeaders.ERROR_MESSAGE)).contains("0x6e");
    }
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(tables.count(EVENTS)).isEqualTo(5));
    assertThat(tables.rows(EVENTS, "_event_id"))
        .isEqualTo(IntStream.of(0, 1, 3, 4, 5).mapToObj(Parcels::eventRow).toList());
  }

  @Test
  void anOutageOfTheRegistryHoldsRecordsBackAndLosesNone() {
    write(0, 10);
    cluster.registryProcess().process().kill();
    job = startJob();
    await().atMost(PATIENCE).until(() -> job.log().contains("Nothing is lost; trying again"));
    assertThat(tables.count(EVENTS)).isZero();

    cluster.restartRegistry();

    awaitRows(10);
    assertThatTablesHold(10);
    assertThat(committed("parcel-post-offline.dlq")).isEmpty();
  }

  @Test
  void aReplayOfYearsWritesAThousandDaysAtOnceInASmallHeap() {
    int parcelsADay = 24 * 60 / 7;
    int[] oneADay = IntStream.range(0, 1000).map(day -> day * parcelsADay).toArray();
    for (int i : oneADay) {
      writer.send(parcels.event(i));
      writer.send(parcels.vector(i));
    }
    writer.flush();

    job = startJob();

    awaitRows(1000);
    assertThat(tables.rows(EVENTS, "_event_id"))
        .isEqualTo(IntStream.of(oneADay).mapToObj(Parcels::eventRow).toList());
  }

  private JvmProcess startJob() {
    LeatHome home = LeatHome.find();
    return JvmProcess.start(
        JvmProcess.Command.of(
                "local cluster",
                home.classPath("flink"),
                LocalCluster.class.getName(),
                List.of(
                    "--pipeline",
                    pipelineFolder.toString(),
                    "--bootstrap-servers",
                    cluster.bootstrapServers(),
                    "--registry-url",
                    cluster.registryUrl(),
                    "--state-dir",
                    state.toString(),
                    "--warehouse",
                    warehouse.toString(),
                    "--checkpoint-interval",
                    "1s",
                    "--rest-port",
                    "0",
                    "--metrics-port",
                    "0",
                    OfflineJob.class.getName()),
                Path.of("target", "local-cluster.log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // half the processor time of a start
                "@" + home.library("flink").resolve("jvm.options")));
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      writer.send(parcels.event(i));
      writer.send(parcels.vector(i));
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
      }
      producer.flush();
      producer.abortTransaction();
    }
  }

  private void awaitRows(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> {
              assertThat(tables.count(EVENTS)).as(EVENTS).isEqualTo(count);
              assertThat(tables.count(VECTORS)).as(VECTORS).isEqualTo(count);
            });
  }

  private void awaitRowsAbove(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> tables.count(EVENTS) > count || tables.count(VECTORS) > count);
  }

  private void assertThatTablesHold(int count) {
    assertThat(tables.rows(EVENTS, "_event_id")).isEqualTo(rows(count, Parcels::eventRow));
    assertThat(tables.rows(VECTORS, "event_id")).isEqualTo(rows(count, Parcels::vectorRow));
  }

  private static List<Map<String, @Nullable Object>> rows(
      int count, IntFunction<Map<String, @Nullable Object>> row) {
    return IntStream.range(0, count).mapToObj(row).toList();
  }

  private List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("");
  }
}

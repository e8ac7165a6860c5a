package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The offline job over topics that lose what it has read or was to read next. */
class LostPositionIT {
  private static final String VECTORS = "vectors_routing";
  private static final TopicPartition TOPIC =
      new TopicPartition(Topics.features(Parcels.SERVICE), 0);

  private static TestCluster cluster;

  private OfflineRun run;
  private TopicWriter writer;
  private Parcels parcels;
  private OfflineTableReader tables;

  @BeforeAll
  static void startCluster() {
    cluster = TestCluster.sharedWithBrokerProcess();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void start() throws Exception {
    Path folder = Path.of(LostPositionIT.class.getResource("/parcels").toURI());
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
  void aLogThatLostItsTailAndGrewBeyondThePositionIsNeverReadAgainSilently() throws Exception {
    write(0, 100);
    write(100, 150); // in batches of their own
    run.start();
    run.awaitRows(150, VECTORS);
    run.stop();

    long end = loseTheTail();
    assertThat(end).isBetween(50L, 149L);
    write(150, 300); // the log is longer than it was when the job read it

    run.start();
    assertThat(run.awaitEnd())
        .contains(
            "The Flink job parcel-post-offline failed for good: parcel-post-offline stands at")
        .contains("%s/0/150, and the log holds 0 up to %d.".formatted(TOPIC.topic(), end + 150))
        .contains("The log lost its tail")
        .contains("the %d offsets from %d on".formatted(150 - end, end))
        .contains("--on-lost-position nearest (LEAT_ON_LOST_POSITION=nearest: from offset " + end);
    assertThat(tables.count(VECTORS)).isEqualTo(150);

    run.start("--on-lost-position", "nearest");
    int held = Math.toIntExact(150 - end); // by other rows, whose records are gone
    run.awaitRows(300 - held, VECTORS);

    assertThatPositionsStandOnce();
    run.stop();
    assertThat(run.committed("parcel-post-offline.dlq"))
        .hasSize(held)
        .allSatisfy(
            deadLetter ->
                assertThat(RecordHeaders.get(deadLetter.headers(), RecordHeaders.REASON))
                    .contains(RefuseHeldPositions.REASON));
  }

  @Test
  void aJobThatWasDownPastRetentionStopsAndGoesOnByChoice() throws Exception {
    write(0, 50);
    run.start();
    run.awaitRows(50, VECTORS);
    run.stop();
    write(50, 100);
    try (Admin admin = cluster.newAdmin()) {
      admin.deleteRecords(Map.of(TOPIC, RecordsToDelete.beforeOffset(80))).all().get();
    }

    run.start();
    assertThat(run.awaitEnd())
        .contains("stands at %s/0/50, and the log holds 80 up to 100.".formatted(TOPIC.topic()))
        .contains("The 30 records from 50 on were deleted");
    assertThat(tables.count(VECTORS)).isEqualTo(50);

    run.start("--on-lost-position", "nearest");
    run.awaitRows(70, VECTORS);
    assertThatPositionsStandOnce();
  }

  @Test
  void aTopicThatWasMadeAgainIsNotTakenForTheOneThatWasRead() throws Exception {
    write(0, 50);
    run.start();
    run.awaitRows(50, VECTORS);
    run.stop();
    try (Admin admin = cluster.newAdmin()) {
      admin.deleteTopics(List.of(TOPIC.topic())).all().get();
    }
    writer.close(); // it knows the topic that is gone
    cluster.createTopic(TOPIC.topic(), 3, Map.of("message.timestamp.type", "LogAppendTime"));
    writer = cluster.newWriter();
    write(50, 150); // longer than the one that was read

    run.start();

    assertThat(run.awaitEnd())
        .contains("stands at %s/0/50, and the log holds 0 up to 100.".formatted(TOPIC.topic()))
        .contains("The topic was deleted and made again");
    assertThat(tables.count(VECTORS)).isEqualTo(50);
  }

  @Test
  void whateverMakesTheJobReadAgainATableHoldsAPositionOnce() throws Exception {
    write(0, 60);
    run.start();
    run.awaitRows(60, VECTORS);
    run.stop();
    FileUtils.deleteDirectory(run.state().toFile()); // its checkpoints
    setBack("parcel-post-offline", 0);

    write(60, 80);
    run.start();
    run.awaitRows(80, VECTORS);

    assertThatPositionsStandOnce();
    assertThat(run.log())
        .contains("%s/0/0 was read before".formatted(TOPIC.topic()))
        .contains("60 records of %s/0 up to offset 59 were read again".formatted(TOPIC.topic()));
    run.stop();
    assertThat(run.committed("parcel-post-offline.dlq")).isEmpty();
  }

  private void assertThatPositionsStandOnce() {
    List<Map<String, @Nullable Object>> rows = tables.rows(VECTORS, "_log_offset");
    Set<@Nullable Object> offsets = new HashSet<>();
    rows.forEach(row -> offsets.add(row.get("_log_offset")));
    assertThat(offsets).hasSize(rows.size());
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      ProducerRecord<byte[], byte[]> vector = parcels.vector(i);
      writer.send(
          new ProducerRecord<>(
              vector.topic(), TOPIC.partition(), vector.key(), vector.value(), vector.headers()));
    }
    writer.flush();
  }

  private void setBack(String group, long offset) throws ExecutionException, InterruptedException {
    try (Admin admin = cluster.newAdmin()) {
      admin
          .alterConsumerGroupOffsets(group, Map.of(TOPIC, new OffsetAndMetadata(offset)))
          .all()
          .get();
    }
  }

  /** Kills the broker, damages the last bytes of the topic's log, and gives its end after that. */
  private long loseTheTail() throws IOException, ExecutionException, InterruptedException {
    cluster.brokerProcess().process().kill();
    Path segment =
        cluster
            .brokerProcess()
            .process()
            .logFile()
            .resolveSibling("data")
            .resolve(TOPIC + "/00000000000000000000.log");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(file.length() - 8);
      file.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }
    cluster.restartBroker();
    try (Admin admin = cluster.newAdmin()) {
      return admin.listOffsets(Map.of(TOPIC, OffsetSpec.latest())).all().get().get(TOPIC).offset();
    }
  }
}

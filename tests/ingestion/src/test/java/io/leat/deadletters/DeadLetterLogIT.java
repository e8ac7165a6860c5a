package io.leat.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dead letters, and the record of which were replayed, read from a real broker. */
@ExtendWith(SharedCluster.class)
class DeadLetterLogIT {
  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

  private final TestCluster cluster;
  private final Map<String, Object> kafka;
  private final String event = TestCluster.uniqueName("orders");
  private final String topic = Topics.deadLetters(event);

  DeadLetterLogIT(TestCluster cluster) {
    this.cluster = cluster;
    this.kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
  }

  @BeforeEach
  void makeTheAudit() throws Exception {
    try (Admin admin = cluster.newAdmin()) {
      if (!admin.listTopics().names().get().contains(Topics.AUDIT)) {
        cluster.createTopic(Topics.AUDIT, 1, Map.of());
      }
    }
  }

  @Test
  void deadLettersAreReadByPartitionTimeAndPositionAndWhatIsGoneIsReported() throws Exception {
    assertThatThrownBy(() -> new DeadLetterLog(kafka, event))
        .isInstanceOf(DeadLetterException.class)
        .hasMessageContaining("There is no topic " + topic);
    cluster.createTopic(topic, 2, Map.of());
    for (int i = 0; i < 4; i++) {
      write(i % 2, NOON.plusSeconds(i), i == 2);
    }
    writeAndAbort(topic);

    try (DeadLetterLog log = new DeadLetterLog(kafka, event)) {
      write(0, NOON.plusSeconds(9), false); // after the log was looked at

      assertThat(read(log, DeadLetterFilter.ALL))
          .containsExactlyInAnyOrder("0/0", "0/1", "1/0", "1/1");
      assertThat(read(log, since(NOON.plusSeconds(2)))).containsExactlyInAnyOrder("0/1", "1/1");
      assertThat(read(log, since(NOON.plusSeconds(60)))).isEmpty();
      assertThat(log.at(new DeadLetterPosition(0, 1)).position()).hasToString("0/1");
      deleteBefore(new TopicPartition(topic, 0), 1);
      assertThat(read(log, DeadLetterFilter.ALL)).containsExactlyInAnyOrder("0/1", "1/0", "1/1");
      assertThatThrownBy(() -> log.at(new DeadLetterPosition(0, 0)))
          .isInstanceOf(DeadLetterException.class)
          .hasMessageContaining(topic + " has no dead letter at 0/0");
    }
  }

  @Test
  void replayedIsWhatACommittedRecordOfThisVeryTopicSays() throws Exception {
    cluster.createTopic(topic, 1, Map.of());
    ReplayLog log = new ReplayLog(kafka, cluster.newRegistryClient(), event);
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(record(log, 0));
      writer.send(record(log, 2));
    }
    writeAndAbort(record(log, 1));

    Offsets replayed = log.read();

    assertThat(List.of(0, 1, 2))
        .filteredOn(offset -> replayed.contains(new DeadLetterPosition(0, offset)))
        .containsExactly(0, 2);

    try (Admin admin = cluster.newAdmin()) {
      admin.deleteTopics(Set.of(topic)).all().get();
    }
    cluster.createTopic(topic, 1, Map.of());
    assertThat(
            new ReplayLog(kafka, cluster.newRegistryClient(), event)
                .read()
                .contains(new DeadLetterPosition(0, 0)))
        .as("a dead letter of the topic that was made again")
        .isFalse();
  }

  @Test
  void aRecordOfReplaysThatCannotBeReadStopsTheReplay() {
    cluster.createTopic(topic, 1, Map.of());
    ReplayLog log = new ReplayLog(kafka, cluster.newRegistryClient(), event);
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(Topics.AUDIT, "event " + event, "rubbish".getBytes(UTF_8));
    }

    assertThatThrownBy(log::read)
        .isInstanceOf(DeadLetterException.class)
        .hasMessageContaining("The record at audit/0/")
        .hasMessageContaining("it is not known what was replayed");
  }

  private static ProducerRecord<byte[], byte[]> record(ReplayLog log, long offset) {
    return log.record(List.of(new DeadLetterPosition(0, offset)), "miller", "", NOON);
  }

  private static DeadLetterFilter since(Instant from) {
    return new DeadLetterFilter(Set.of(), Set.of(), Optional.of(from), Optional.empty(), List.of());
  }

  private static List<String> read(DeadLetterLog log, DeadLetterFilter filter) {
    List<String> positions = new ArrayList<>();
    log.read(filter, deadLetter -> positions.add(deadLetter.position().toString()));
    return positions;
  }

  private void write(int partition, Instant written, boolean withoutReason) {
    ProducerRecord<byte[], byte[]> deadLetter =
        new ProducerRecord<>(
            topic, partition, written.toEpochMilli(), null, "{".getBytes(UTF_8), List.of());
    if (!withoutReason) {
      deadLetter.headers().add(RecordHeaders.REASON, "NOT_JSON".getBytes(UTF_8));
    }
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(deadLetter);
    }
  }

  private void writeAndAbort(String to) {
    writeAndAbort(new ProducerRecord<>(to, 0, null, "aborted".getBytes(UTF_8)));
  }

  private void writeAndAbort(ProducerRecord<byte[], byte[]> record) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("transactional.id", event);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record);
      producer.flush();
      producer.abortTransaction();
    }
  }

  private void deleteBefore(TopicPartition partition, long offset)
      throws ExecutionException, InterruptedException {
    try (Admin admin = cluster.newAdmin()) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all().get();
    }
  }
}

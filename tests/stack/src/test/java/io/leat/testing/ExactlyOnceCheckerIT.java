package io.leat.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.testing.ExactlyOnceReport.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The checker is only worth what it finds: each fault is made on a real broker, and found. */
@ExtendWith(SharedCluster.class)
class ExactlyOnceCheckerIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int RECORDS = 40;

  private final TestCluster cluster;
  private final String group = TestCluster.uniqueName("relay");
  private String input = "";
  private String output = "";
  private KafkaProducer<byte[], byte[]> producer;

  ExactlyOnceCheckerIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  /** Input: id-0 ... id-39 under four keys, committed, and one record that was aborted. */
  @BeforeEach
  void writeInput() {
    input = cluster.newTopic("input", 2);
    output = cluster.newTopic("output", 2);
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", group),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
    send(input, "key-0", "aborted");
    producer.flush();
    producer.abortTransaction();
    producer.beginTransaction();
    for (int i = 0; i < RECORDS; i++) {
      send(input, "key-" + i % 4, "id-" + i);
    }
    producer.commitTransaction();
  }

  @AfterEach
  void closeProducer() {
    producer.close();
  }

  @Test
  void faithfulJobPassesAlsoAfterAnAbortedAttempt() {
    List<ConsumerRecord<byte[], byte[]>> records = committedInput();
    producer.beginTransaction();
    copy(records.subList(0, 25));
    producer.flush();
    producer.abortTransaction();
    relay(records);

    ExactlyOnceReport report = check();

    assertThat(report.findings()).isEmpty();
    assertThat(report.inputs()).isEqualTo(RECORDS);
    assertThat(report.outputs()).isEqualTo(RECORDS);
    report.assertExact();
  }

  @Test
  void nothingReadIsNoProof() {
    input = cluster.newTopic("silent", 1);

    ExactlyOnceReport report = check();

    assertThat(report.inputs()).isZero();
    assertThat(report.findings()).isEmpty();
    assertThatThrownBy(report::assertExact)
        .isInstanceOf(AssertionError.class)
        .hasMessage("0 committed inputs, 0 committed outputs: there was nothing to check");
  }

  @Test
  void lossIsFound() {
    List<ConsumerRecord<byte[], byte[]>> records = committedInput();
    ConsumerRecord<byte[], byte[]> lost = records.remove(17);
    relay(records);

    ExactlyOnceReport report = check();

    assertThat(report.ids(Kind.LOST)).containsExactly(id(lost));
    assertThat(report.findings()).hasSize(1);
    assertThatThrownBy(report::assertExact)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("LOST " + id(lost));
  }

  @Test
  void outputThatWasOnlyEverAbortedIsALoss() {
    List<ConsumerRecord<byte[], byte[]>> records = committedInput();
    ConsumerRecord<byte[], byte[]> aborted = records.remove(3);
    producer.beginTransaction();
    copy(List.of(aborted));
    producer.flush();
    producer.abortTransaction();
    relay(records);

    assertThat(check().ids(Kind.LOST)).containsExactly(id(aborted));
  }

  @Test
  void duplicateIsFound() {
    List<ConsumerRecord<byte[], byte[]>> records = committedInput();
    records.add(records.get(RECORDS - 1));
    relay(records);

    ExactlyOnceReport report = check();

    assertThat(report.ids(Kind.DUPLICATED)).containsExactly(id(records.get(RECORDS)));
    assertThat(report.findings()).hasSize(1);
  }

  @Test
  void reorderWithinAKeyIsFound() {
    List<ConsumerRecord<byte[], byte[]>> records = committedInput();
    ConsumerRecord<byte[], byte[]> first = records.get(0);
    int next = 1;
    while (!new String(records.get(next).key(), UTF_8).equals(new String(first.key(), UTF_8))) {
      next++;
    }
    Collections.swap(records, 0, next);
    relay(records);

    ExactlyOnceReport report = check();

    assertThat(report.ids(Kind.REORDERED)).containsExactly(id(first));
    assertThat(report.findings()).hasSize(1);
  }

  @Test
  void jobThatReadsUncommittedInputIsFound() {
    try (TopicReader reader = TopicReader.uncommitted(cluster.bootstrapServers(), List.of(input))) {
      relay(reader.readToEnd());
    }

    ExactlyOnceReport report = check();

    assertThat(report.ids(Kind.UNCOMMITTED)).containsExactly("aborted");
    assertThat(report.findings()).hasSize(1);
  }

  @Test
  void recordOfNoInputIsFound() {
    relay(committedInput());
    producer.beginTransaction();
    send(output, "key-0", "from nowhere");
    producer.commitTransaction();

    assertThat(check().ids(Kind.INVENTED)).containsExactly("from nowhere");
  }

  @Test
  void nothingIsSaidWhileATransactionIsOpen() {
    relay(committedInput());
    producer.beginTransaction();
    send(output, "key-0", "id-0");
    producer.flush();

    assertThatThrownBy(() -> checker().check(Duration.ofSeconds(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a transaction is still open on [" + output);

    producer.abortTransaction();
    check().assertExact();
  }

  @Test
  void nothingIsSaidWhileTheJobHasInputLeft() {
    List<ConsumerRecord<byte[], byte[]>> records = committedInput();
    relay(records.subList(0, RECORDS / 2));

    assertThatThrownBy(() -> checker().check(Duration.ofSeconds(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the group " + group + " has not yet committed its input");
  }

  private ExactlyOnceChecker checker() {
    return new ExactlyOnceChecker(cluster.bootstrapServers())
        .input(input, ExactlyOnceCheckerIT::id)
        .output(output, ExactlyOnceCheckerIT::id)
        .drainedBy(group);
  }

  private ExactlyOnceReport check() {
    return checker().check(TIMEOUT);
  }

  private List<ConsumerRecord<byte[], byte[]>> committedInput() {
    try (TopicReader reader = cluster.newReader(input)) {
      return new ArrayList<>(reader.readToEnd());
    }
  }

  /** What the job does: copies the records and commits their offsets, in one transaction. */
  @SuppressWarnings("removal") // of the group's metadata: no consumer of a group reads here
  private void relay(List<ConsumerRecord<byte[], byte[]>> records) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      offsets.merge(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1),
          (one, other) -> one.offset() > other.offset() ? one : other);
    }
    producer.beginTransaction();
    copy(records);
    producer.sendOffsetsToTransaction(
        offsets, new ConsumerGroupMetadata(group, -1, "", Optional.empty()));
    producer.commitTransaction();
  }

  private void copy(List<ConsumerRecord<byte[], byte[]>> records) {
    records.forEach(
        record -> producer.send(new ProducerRecord<>(output, record.key(), record.value())));
  }

  private void send(String topic, String key, String value) {
    producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value.getBytes(UTF_8)));
  }

  private static String id(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), UTF_8);
  }
}

package io.leat.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TopicLogIT {
  private static TestCluster cluster;
  private static Map<String, Object> kafka;

  private final String topic = cluster.newTopic("log", 1);
  private final TopicPartition partition = new TopicPartition(topic, 0);
  private final List<String> read = new ArrayList<>();

  @BeforeAll
  static void start() {
    cluster = TestCluster.sharedWithBrokerProcess();
    kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void committedRecordsAreReadToTheEndThoughMarkersAreItsLastOffsets() {
    write("a", "b");
    transaction("c", true);
    transaction("aborted", false);
    try (TopicLog log = open();
        KafkaProducer<byte[], byte[]> open = transactional()) {
      open.beginTransaction();
      open.send(new ProducerRecord<>(topic, bytes("open")));
      open.flush();

      assertThat(log.ends()).isEqualTo(Map.of(partition, 6L)); // two markers among them
      assertThat(log.readToEnd(this::take)).isTrue();
      assertThat(read).containsExactly("a", "b", "c");
      assertThat(log.hasReached(Map.of(partition, 6L))).isTrue();
      assertThat(log.readToEnd(this::take)).as("nothing is left but an open transaction").isTrue();

      open.commitTransaction();
      write("d");
      assertThat(log.readToEnd(this::take)).isTrue();
      assertThat(read).containsExactly("a", "b", "c", "open", "d");
    }
  }

  @Test
  void anEndBehindAnOpenTransactionIsWaitedFor() throws Exception {
    write("a");
    try (TopicLog log = open();
        KafkaProducer<byte[], byte[]> open = transactional();
        Admin admin = cluster.newAdmin()) {
      open.beginTransaction();
      open.send(new ProducerRecord<>(topic, bytes("open")));
      open.flush();
      write("b");
      long latest =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.latest()))
              .partitionResult(partition)
              .get()
              .offset();

      CompletableFuture<Boolean> reading =
          CompletableFuture.supplyAsync(() -> log.readTo(Map.of(partition, latest), this::take));
      assertThat(latest).isEqualTo(3);
      open.commitTransaction();

      assertThat(reading.get()).isTrue();
      assertThat(read).containsExactly("a", "open", "b");
    }
  }

  @Test
  void aTopicWithoutRecordsToReadIsReadAtOnce() throws Exception {
    try (TopicLog log = open()) {
      assertThat(log.readToEnd(this::take)).as("it never had any").isTrue();

      transaction("aborted", false);
      assertThat(log.readToEnd(this::take)).as("what it has was never committed").isTrue();
      assertThat(log.hasReached(log.ends())).isTrue();
    }
    deleteBefore(2);
    try (TopicLog log = open()) {
      assertThat(log.beginnings()).isEqualTo(Map.of(partition, 2L)).isEqualTo(log.ends());
      assertThat(log.readToEnd(this::take)).as("what it had is deleted").isTrue();
      assertThat(log.last(partition, Long.MAX_VALUE, record -> true)).isEmpty();
      assertThat(log.at(partition, 0)).isEmpty();
    }
    assertThat(read).isEmpty();
  }

  @Test
  void readingBeginsWhereTheLogDoes() throws Exception {
    write("a", "b", "c");
    deleteBefore(1);
    try (TopicLog log = open()) {
      assertThat(log.readToEnd(this::take)).isTrue();
      assertThat(read).containsExactly("b", "c");

      log.seek(Map.of(partition, 2L));
      log.readToEnd(this::take);
      log.seekToBeginning();
      log.readToEnd(this::take);
      assertThat(read).containsExactly("b", "c", "c", "b", "c");
      assertThat(log.at(partition, 1).map(record -> text(record.value()))).contains("b");
      assertThat(log.at(partition, 0)).isEmpty();
      assertThat(log.at(partition, 3)).isEmpty();
      assertThat(log.at(new TopicPartition(topic, 1), 0)).isEmpty();
      assertThat(log.offsetsAt(Instant.EPOCH)).isEqualTo(Map.of(partition, 1L));
      assertThat(log.offsetsAt(Instant.now().plusSeconds(60))).isEqualTo(Map.of(partition, 3L));
    }
  }

  @Test
  void recordsThatAreDeletedBeforeTheyAreReadAreReported() throws Exception {
    write("a", "b", "c");
    try (TopicLog log = open()) {
      log.readToEnd(record -> !take(record));
      assertThat(read).containsExactly("a");
      deleteBefore(2);

      LeatException error =
          catchThrowableOfType(LeatException.class, () -> log.readToEnd(this::take));

      assertThat(error.code()).isEqualTo(ErrorCode.LOST_POSITION);
      assertThat(error).hasMessageContaining(partition + "").hasMessageContaining("no offset [1]");
      assertThat(read).containsExactly("a");
    }
  }

  @Test
  void aRecordThatTheVisitorFailedOnIsReadAgainAndNoneTwice() {
    write("a", "b", "c");
    try (TopicLog log = open()) {
      assertThatThrownBy(
              () ->
                  log.readToEnd(
                      record -> {
                        if (record.offset() == 1) {
                          throw new IllegalStateException("the registry is down");
                        }
                        return take(record);
                      }))
          .hasMessage("the registry is down");

      log.readToEnd(this::take);

      assertThat(read).containsExactly("a", "b", "c");
    }
  }

  @Test
  void aBrokerThatStartsAgainMeanwhileIsWaitedFor() {
    String[] values = new String[300];
    for (int i = 0; i < values.length; i++) {
      values[i] = "value-" + i;
    }
    try (TopicWriter writer = cluster.newWriter()) {
      for (String value : values) {
        writer.send(topic, "key", bytes(value));
        writer.flush(); // a batch of its own, so that a fetch does not hold them all
      }
    }
    Map<String, Object> small = new HashMap<>(kafka);
    small.put("max.partition.fetch.bytes", 500);
    small.put("fetch.max.bytes", 500);
    try (TopicLog log = TopicLog.open(small, topic)) {
      boolean[] restarted = {false};
      log.readToEnd(
          record -> {
            if (!restarted[0]) {
              restarted[0] = true;
              cluster.brokerProcess().process().kill();
              cluster.restartBroker();
            }
            return take(record);
          });
    }
    assertThat(read).containsExactly(values);
  }

  @Test
  void theLastRecordThatIsWantedIsFoundHoweverFarBackItLies() throws Exception {
    try (TopicLog log = open()) {
      assertThat(last(log, Long.MAX_VALUE, "x")).isEmpty();
      try (TopicWriter writer = cluster.newWriter()) {
        writer.send(topic, "x", new byte[] {1});
        writer.send(topic, "x", new byte[] {2});
        for (int i = 0; i < 5_000; i++) {
          writer.send(topic, "other", new byte[0]);
        }
      }
      transaction("x", false);

      assertThat(last(log, Long.MAX_VALUE, "x")).contains(1L);
      assertThat(last(log, 1, "x")).contains(0L);
      assertThat(last(log, Long.MAX_VALUE, "other")).contains(5_001L);
      assertThat(last(log, Long.MAX_VALUE, "none")).isEmpty();

      deleteBefore(2);
      assertThat(last(log, Long.MAX_VALUE, "x")).isEmpty();
    }
  }

  @Test
  void aTopicThatIsNotThereIsSaidAndNotMade() throws Exception {
    LeatException error =
        catchThrowableOfType(LeatException.class, () -> TopicLog.open(kafka, "nowhere"));

    assertThat(error.code()).isEqualTo(ErrorCode.NOT_APPLIED);
    assertThat(error).hasMessageContaining("There is no topic nowhere at " + brokers());
    assertThat(TopicLog.find(kafka, "nowhere")).isEmpty();
    try (Admin admin = cluster.newAdmin()) {
      assertThat(admin.listTopics().names().get()).doesNotContain("nowhere").contains(topic);
    }
  }

  @Test
  void brokersThatAreNotThereAreSaid() {
    Map<String, Object> nobody =
        Map.of("bootstrap.servers", "127.0.0.1:1", "default.api.timeout.ms", 1_000);

    LeatException error =
        catchThrowableOfType(LeatException.class, () -> TopicLog.open(nobody, topic));

    assertThat(error.code()).isEqualTo(ErrorCode.KAFKA);
    assertThat(error)
        .hasMessageContaining("The topic " + topic + " could not be read at 127.0.0.1:1")
        .hasMessageContaining("Is the broker running");
  }

  @Test
  void anInterruptEndsTheReading() {
    write("a");
    try (TopicLog log = open()) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> log.readToEnd(this::take)).isInstanceOf(InterruptException.class);

      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static String brokers() {
    return cluster.bootstrapServers();
  }

  private TopicLog open() {
    return TopicLog.open(kafka, topic);
  }

  private boolean take(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    return read.add(text(record.value()));
  }

  private Optional<Long> last(TopicLog log, long before, String key) {
    return log.last(partition, before, record -> text(record.key()).equals(key))
        .map(ConsumerRecord::offset);
  }

  private void write(String... values) {
    try (TopicWriter writer = cluster.newWriter()) {
      for (String value : values) {
        writer.send(topic, value, bytes(value));
      }
    }
  }

  /** One record, whose key is its value, in a transaction of its own. */
  private void transaction(String value, boolean committed) {
    try (KafkaProducer<byte[], byte[]> producer = transactional()) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, bytes(value), bytes(value)));
      producer.flush();
      if (committed) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
    transactional().close(); // which waits until the brokers have ended the one before
  }

  private KafkaProducer<byte[], byte[]> transactional() {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("transactional.id", topic);
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  private void deleteBefore(long offset) throws Exception {
    try (Admin admin = cluster.newAdmin()) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all().get();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, UTF_8);
  }
}

package io.leat.testing;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics from their beginning, all partitions, and remembers where it is. Records of one
 * partition come in order. Not thread-safe.
 */
public final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<String> topics;

  private TopicReader(String bootstrapServers, IsolationLevel isolation, List<String> topics) {
    this.topics = topics;
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "isolation.level", isolation.toString().toLowerCase(Locale.ROOT),
                "enable.auto.commit", "false",
                "allow.auto.create.topics", "false",
                "max.poll.records", "10000"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        topics.stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * A reader that sees what a careful consumer sees: records of committed transactions, and those
   * written outside of any.
   *
   * @param topics exist
   */
  public static TopicReader committed(String bootstrapServers, List<String> topics) {
    return new TopicReader(bootstrapServers, IsolationLevel.READ_COMMITTED, topics);
  }

  /** A reader that also sees records of open and of aborted transactions. */
  public static TopicReader uncommitted(String bootstrapServers, List<String> topics) {
    return new TopicReader(bootstrapServers, IsolationLevel.READ_UNCOMMITTED, topics);
  }

  /** What came since the last call, up to the end of the topics as it is now. */
  public List<ConsumerRecord<byte[], byte[]>> readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long deadline = System.nanoTime() + READ_TIMEOUT.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (System.nanoTime() > deadline) {
        fail(
            "%s could not be read up to %s within %s; read %d records"
                .formatted(topics, ends, READ_TIMEOUT, records.size()));
      }
      consumer.poll(POLL).forEach(records::add);
    }
    return records;
  }

  /** Reads on until so many records have come since the last call; fails when the time is up. */
  public List<ConsumerRecord<byte[], byte[]>> await(int count, Duration timeout) {
    return await(records -> records.size() >= count, count + " records", timeout);
  }

  /**
   * Reads on until the records that came since the last call are enough; fails when the time is up.
   *
   * @param expected what is waited for, in words
   */
  public List<ConsumerRecord<byte[], byte[]>> await(
      Predicate<List<ConsumerRecord<byte[], byte[]>>> enough, String expected, Duration timeout) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!enough.test(records)) {
      if (System.nanoTime() > deadline) {
        fail(
            "%s on %s did not come within %s; %d records came"
                .formatted(expected, topics, timeout, records.size()));
      }
      consumer.poll(POLL).forEach(records::add);
    }
    return records;
  }

  /** The end of each partition: for committed readers that of the last closed transaction. */
  Map<TopicPartition, Long> ends() {
    return new HashMap<>(consumer.endOffsets(consumer.assignment()));
  }

  @Override
  public void close() {
    consumer.close();
  }
}

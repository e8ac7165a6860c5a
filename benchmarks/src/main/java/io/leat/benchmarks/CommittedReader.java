package io.leat.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all partitions of a topic from the beginning, committed records only. */
final class CommittedReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> ends;

  CommittedReader(Cluster cluster, String topic) {
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "max.poll.records",
                5_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    this.partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    this.ends = consumer.endOffsets(partitions);
    consumer.assign(partitions);
    toBeginning();
  }

  /** Starts over. */
  void toBeginning() {
    consumer.seekToBeginning(partitions);
  }

  /** What comes within a tenth of a second. */
  ConsumerRecords<byte[], byte[]> poll() {
    return consumer.poll(POLL);
  }

  /** Whether all is read that there was when this was made. */
  boolean isAtEnd() {
    return partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
  }

  @Override
  public void close() {
    consumer.close();
  }
}

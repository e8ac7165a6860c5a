package io.leat.runtime.flink;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** What the brokers say of logs and of those who read them. One thread's. */
final class KafkaLogs implements StreamDrain.Logs, AutoCloseable {
  private static final String REPARTITIONED = "-repartition";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofSeconds(2);

  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /** What was read last of each partition and held no record: at rest, it is not read again. */
  private final Map<TopicPartition, Gap> empty = new HashMap<>();

  /** Between what a group has committed and an end. */
  private record Gap(long from, long end) {}

  /**
   * @param settings of any Kafka client
   */
  KafkaLogs(Properties settings) {
    Map<String, Object> reading = new HashMap<>();
    settings.forEach((name, value) -> reading.put(name.toString(), value));
    Map<String, Object> asking = new HashMap<>(reading);
    asking.keySet().retainAll(AdminClientConfig.configNames());
    reading.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    reading.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    reading.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    reading.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    this.admin = Admin.create(asking);
    this.consumer =
        new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Set<String> named(String beginning) {
    return get(admin.listTopics().names()).stream()
        .filter(topic -> topic.startsWith(beginning) && topic.endsWith(REPARTITIONED))
        .collect(Collectors.toSet());
  }

  @Override
  public Map<TopicPartition, Long> ends(Set<String> topics) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (name, description) ->
                partitions(description)
                    .forEach(
                        part -> wanted.put(new TopicPartition(name, part), OffsetSpec.latest())));
    Map<TopicPartition, Long> ends = new HashMap<>();
    get(admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all())
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  private static List<Integer> partitions(KafkaFuture<TopicDescription> topic) {
    try {
      return get(topic).partitions().stream().map(TopicPartitionInfo::partition).toList();
    } catch (UnknownTopicOrPartitionException e) {
      return List.of(); // where there is no topic, nothing is left to read
    }
  }

  @Override
  public boolean hasRead(String group, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    return ends.entrySet().stream()
        .allMatch(end -> hasNone(end.getKey(), committed.get(end.getKey()), end.getValue()));
  }

  /**
   * Whether there is no record between a committed offset and an end: markers of transactions and
   * records of aborted ones, which a group may never commit past, are none.
   */
  private boolean hasNone(
      TopicPartition partition, @Nullable OffsetAndMetadata committed, long end) {
    Gap gap = new Gap(committed == null ? 0 : committed.offset(), end);
    if (gap.from() >= end || gap.equals(empty.get(partition))) {
      return true;
    }
    boolean none = readNone(partition, gap);
    if (none) {
      empty.put(partition, gap);
    }
    return none;
  }

  private boolean readNone(TopicPartition partition, Gap gap) {
    List<TopicPartition> one = List.of(partition);
    consumer.assign(one); // first of all: the client warns of answers about what is not assigned
    long first = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
    long end = gap.end();
    if (Math.max(first, gap.from()) >= end) {
      return true;
    }
    consumer.seek(partition, Math.max(first, gap.from()));
    long deadline = System.nanoTime() + LOOK.toNanos();
    while (consumer.position(partition) < end && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end) {
          return false;
        }
      }
    }
    return consumer.position(partition) >= end;
  }

  private static <T> T get(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException reported
          ? reported
          : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    consumer.close();
    admin.close(LOOK);
  }
}

package io.leat.runtime.flink;

import io.leat.common.Lookups;
import io.leat.schemas.position.LostPosition;
import io.leat.schemas.position.OnLostPosition;
import io.leat.schemas.position.PositionCheck;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at positions before they are read from, and decides where to go on.
 *
 * @param settings of any Kafka client
 * @param reader who reads: the consumer group
 * @param choice what to do with a position that is lost
 */
record LostPositions(Properties settings, String reader, OnLostPosition choice)
    implements Serializable {
  private static final Logger log = LoggerFactory.getLogger(LostPositions.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /**
   * The splits with positions that their topics have, and the topics' ids. Waits while the brokers
   * do not answer.
   *
   * @param gaps takes the partitions of which records before the position are never read
   * @throws LostPositionException if a position is lost and the choice is to stop there
   */
  List<LogSplit> checked(List<KafkaPartitionSplit> splits, Set<TopicPartition> gaps) {
    while (true) {
      try {
        return ask(splits, gaps);
      } catch (RetriableException e) {
        log.warn("{} waits for the brokers to look at its positions: {}", reader, e.getMessage());
        pause();
      }
    }
  }

  private List<LogSplit> ask(List<KafkaPartitionSplit> splits, Set<TopicPartition> gaps) {
    Map<String, Object> client = new HashMap<>();
    settings.forEach((name, value) -> client.put(name.toString(), value));
    client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    client.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    client.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    client.put(ConsumerConfig.GROUP_ID_CONFIG, reader);
    client.put(ConsumerConfig.CLIENT_ID_CONFIG, reader + "-positions");
    Map<String, String> ids = topicIds(client, splits);
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<LogSplit> checked = new ArrayList<>();
      for (KafkaPartitionSplit split : splits) {
        checked.add(check(split, Lookups.required(ids, split.getTopic()), consumer, gaps));
      }
      return checked;
    }
  }

  private LogSplit check(
      KafkaPartitionSplit split, String id, Consumer<?, ?> consumer, Set<TopicPartition> gaps) {
    TopicPartition partition = split.getTopicPartition();
    Optional<LogSplit> known = split instanceof LogSplit of ? Optional.of(of) : Optional.empty();
    long position = position(split, consumer);
    if (position < 0) { // none yet: Flink's word for the first record
      long first = Lookups.required(consumer.beginningOffsets(List.of(partition)), partition);
      log.info("{} has no position in {} and begins with offset {}", reader, partition, first);
      if (first > 0) {
        gaps.add(partition);
      }
      return at(KafkaPartitionSplit.EARLIEST_OFFSET, split, id, null);
    }
    Optional<LostPosition> lost =
        known.flatMap(LogSplit::topicId).filter(before -> !before.equals(id)).isPresent()
            ? Optional.of(madeAgain(partition, position, consumer))
            : PositionCheck.check(
                consumer,
                partition,
                new OffsetAndMetadata(position, known.flatMap(LogSplit::leaderEpoch), ""));
    if (lost.isEmpty()) {
      return at(position, split, id, known.flatMap(LogSplit::leaderEpoch).orElse(null));
    }
    if (choice == OnLostPosition.stop) {
      throw new LostPositionException(lost.get().stopped(reader));
    }
    log.warn(lost.get().goesOn(reader, choice));
    gaps.add(partition);
    return at(lost.get().next(choice), split, id, null);
  }

  /** A checkpoint of an older release may name, not hold, the position of the consumer group. */
  private static long position(KafkaPartitionSplit split, Consumer<?, ?> consumer) {
    TopicPartition partition = split.getTopicPartition();
    if (split.getStartingOffset() != KafkaPartitionSplit.COMMITTED_OFFSET) {
      return split.getStartingOffset();
    }
    OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
    return committed == null ? KafkaPartitionSplit.EARLIEST_OFFSET : committed.offset();
  }

  private static LogSplit at(
      long position,
      KafkaPartitionSplit split,
      @Nullable String topicId,
      @Nullable Integer leaderEpoch) {
    return new LogSplit(
        new KafkaPartitionSplit(
            split.getTopicPartition(),
            position,
            split.getStoppingOffset().orElse(KafkaPartitionSplit.NO_STOPPING_OFFSET)),
        topicId,
        leaderEpoch);
  }

  private static LostPosition madeAgain(
      TopicPartition partition, long position, Consumer<?, ?> consumer) {
    List<TopicPartition> one = List.of(partition);
    return LostPosition.madeAgain(
        partition,
        position,
        Lookups.required(consumer.beginningOffsets(one), partition),
        Lookups.required(consumer.endOffsets(one), partition));
  }

  private static Map<String, String> topicIds(
      Map<String, Object> client, List<KafkaPartitionSplit> splits) {
    Map<String, Object> own = new HashMap<>(client);
    own.keySet().retainAll(AdminClientConfig.configNames());
    List<String> topics = splits.stream().map(KafkaPartitionSplit::getTopic).distinct().toList();
    try (Admin admin = Admin.create(own)) {
      return admin.describeTopics(topics).allTopicNames().get().values().stream()
          .collect(Collectors.toMap(TopicDescription::name, topic -> topic.topicId().toString()));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException reported
          ? reported
          : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}

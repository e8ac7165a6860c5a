package io.leat.schemas.backfill;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.schemas.position.LostPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks for the last records of partitions, committed ones only. One thread's. */
public final class LogTail implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final long FIRST_LOOK = 1_000;

  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param clientSettings settings of any Kafka client: the brokers, at least
   */
  public LogTail(Map<String, ?> clientSettings) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Number of partitions of a topic; 0 where there is no such topic. */
  public int partitions(String topic) {
    return consumer.partitionsFor(topic).size();
  }

  /**
   * The last record of a partition that is wanted. Looks at the end first, then at twice as much,
   * and so on: takes time in proportion to how far back the record lies.
   *
   * @param before only records before this offset
   * @throws LeatException with one sentence if the log loses records meanwhile
   */
  public Optional<ConsumerRecord<byte[], byte[]>> last(
      TopicPartition partition, long before, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    consumer.assign(List.of(partition));
    long first = Lookups.required(consumer.beginningOffsets(List.of(partition)), partition);
    long end =
        Math.min(before, Lookups.required(consumer.endOffsets(List.of(partition)), partition));
    long look = FIRST_LOOK;
    Optional<ConsumerRecord<byte[], byte[]>> found =
        last(partition, Math.max(first, end - look), end, wanted);
    while (found.isEmpty() && end - look > first) {
      look *= 2;
      found = last(partition, Math.max(first, end - look), end, wanted);
    }
    return found;
  }

  private Optional<ConsumerRecord<byte[], byte[]>> last(
      TopicPartition partition,
      long from,
      long end,
      Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    ConsumerRecord<byte[], byte[]> last = null;
    consumer.seek(partition, from);
    long reached = from;
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (reached < end) {
      for (ConsumerRecord<byte[], byte[]> record : poll()) {
        if (record.offset() < end && wanted.test(record)) {
          last = record;
        }
      }
      long position = consumer.position(partition);
      if (position > reached) {
        reached = position;
        deadline = System.nanoTime() + TIMEOUT.toNanos();
      } else if (System.nanoTime() > deadline) {
        throw new TimeoutException(
            "%s gave nothing behind offset %d for %d s; expected records up to %d"
                .formatted(partition, reached, TIMEOUT.toSeconds(), end));
      }
    }
    return Optional.ofNullable(last);
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      throw new LeatException(ErrorCode.LOST_POSITION, LostPosition.whileReading(e), e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}

package io.leat.schemas.topic;

import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.schemas.position.LostPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The log of a topic, read by position: from its beginning or anywhere else to an end, and on from
 * there. It sees committed records only, commits no offset, belongs to no group and makes no topic.
 *
 * <p>An end is an offset, not a number of records, and is reached by the reader's position: markers
 * of transactions, records of aborted ones and what compaction has removed take offsets too. {@link
 * #ends} is behind the last transaction that has ended, so that nobody waits for one that is open.
 *
 * <p>Records pass by one at a time: memory is that of one fetch, about 50 MB at most (Kafka's
 * {@code fetch.max.bytes}), and does not grow with the log. Reading takes time in proportion to the
 * log between the position and the end.
 *
 * <p>What the brokers can mend by themselves (a leader moves, a broker starts again) is waited for.
 * All else is a {@link LeatException} of one sentence for a person:
 *
 * <ul>
 *   <li>{@link ErrorCode#KAFKA}: the brokers do not answer within {@value #ANSWER_MILLIS} ms or
 *       refuse, or nothing came for 90 s short of the end;
 *   <li>{@link ErrorCode#LOST_POSITION}: the log no longer has what was to be read next. Nothing is
 *       passed over silently.
 * </ul>
 *
 * <p>An interrupt of the thread ends each method with Kafka's {@link InterruptException}; the
 * thread stays interrupted. One thread owns it, but for {@link #wakeUp}.
 */
public final class TopicLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int ANSWER_MILLIS = 20_000;

  /**
   * How long a position may stand still short of an end. The transaction of a client that died
   * holds readers up for 70 s by Kafka's defaults: 60 s until it is too old, and up to 10 s until
   * the broker looks.
   */
  static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

  private static final long FIRST_LOOK = 1_000;

  private final Consumer<byte @Nullable [], byte @Nullable []> consumer;
  private final String topic;
  private final String brokers;
  private final List<TopicPartition> partitions;
  private final LongSupplier nanoTime;

  /** Takes records. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes a record. One at which this throws counts as not read.
     *
     * @return false where no more are wanted
     */
    boolean visit(ConsumerRecord<byte @Nullable [], byte @Nullable []> record);

    /**
     * Called between records, now and then, with how many offsets lie before the ends.
     *
     * @param offsets 0 or more
     */
    default void left(long offsets) {}
  }

  /** Stands at the beginning of all partitions; {@code partitions} is not empty. */
  TopicLog(
      Consumer<byte @Nullable [], byte @Nullable []> consumer,
      String topic,
      String brokers,
      List<TopicPartition> partitions,
      LongSupplier nanoTime) {
    this.consumer = consumer;
    this.topic = topic;
    this.brokers = brokers;
    this.partitions = partitions;
    this.nanoTime = nanoTime;
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * Opens the log of a topic, at the beginning of all of its partitions.
   *
   * @param clientSettings settings of any Kafka client: the brokers, at least
   * @throws LeatException if there is no such topic, or the brokers do not answer
   */
  public static TopicLog open(Map<String, ?> clientSettings, String topic) {
    return find(clientSettings, topic)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_APPLIED,
                    "There is no topic %s at %s; 'leat apply' makes the topics of a pipeline."
                        .formatted(topic, brokers(clientSettings))));
  }

  /**
   * Opens the log of a topic, at the beginning of all of its partitions; empty where there is no
   * such topic.
   *
   * @param clientSettings settings of any Kafka client: the brokers, at least
   * @throws LeatException if the brokers do not answer
   */
  public static Optional<TopicLog> find(Map<String, ?> clientSettings, String topic) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    String brokers = brokers(clientSettings);
    Consumer<byte @Nullable [], byte @Nullable []> consumer =
        ask(
            topic,
            brokers,
            () ->
                new KafkaConsumer<>(
                    settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    try {
      List<TopicPartition> partitions =
          ask(topic, brokers, () -> consumer.partitionsFor(topic)).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (partitions.isEmpty()) {
        consumer.close();
        return Optional.empty();
      }
      return Optional.of(new TopicLog(consumer, topic, brokers, partitions, System::nanoTime));
    } catch (RuntimeException e) {
      Cleanup.after(e, consumer);
      throw e;
    }
  }

  private static String brokers(Map<String, ?> clientSettings) {
    return String.valueOf(clientSettings.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG));
  }

  private static <T> T ask(String topic, String brokers, Supplier<T> question) {
    try {
      return question.get();
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (OffsetOutOfRangeException e) {
      throw new LeatException(ErrorCode.LOST_POSITION, LostPosition.whileReading(e), e);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new LeatException(
          ErrorCode.KAFKA,
          "The topic %s could not be read at %s: %s. Is the broker running, is its address right, and may this user read the topic?"
              .formatted(topic, brokers, cause.getMessage()),
          e);
    }
  }

  private <T> T ask(Supplier<T> question) {
    return ask(topic, brokers, question);
  }

  /** All partitions of the topic, at least one. */
  public List<TopicPartition> partitions() {
    return partitions;
  }

  /** By partition, the offset of the first record; the end where there is none. */
  public Map<TopicPartition, Long> beginnings() {
    return ask(() -> consumer.beginningOffsets(partitions));
  }

  /**
   * By partition, the offset behind what can be read now: where the first transaction begins that
   * is open, else the end of the log.
   */
  public Map<TopicPartition, Long> ends() {
    return ask(() -> consumer.endOffsets(partitions));
  }

  /**
   * By partition, the offset of the first record that was written at a time or later; the end where
   * there is none.
   */
  public Map<TopicPartition, Long> offsetsAt(Instant time) {
    Map<TopicPartition, Long> offsets = new HashMap<>(ends());
    Map<TopicPartition, Long> times =
        partitions.stream()
            .collect(Collectors.toMap(partition -> partition, partition -> time.toEpochMilli()));
    Map<TopicPartition, @Nullable OffsetAndTimestamp> found =
        ask(() -> consumer.offsetsForTimes(times));
    offsets.replaceAll(
        (partition, end) ->
            Optional.ofNullable(found.get(partition)).map(OffsetAndTimestamp::offset).orElse(end));
    return offsets;
  }

  /**
   * Goes somewhere else.
   *
   * @param positions by partition, the offset to be read next; others are not read any more
   */
  public void seek(Map<TopicPartition, Long> positions) {
    ask(
        () -> {
          consumer.assign(positions.keySet());
          positions.forEach(consumer::seek);
          return positions;
        });
  }

  /** Goes to the beginning of all partitions. */
  public void seekToBeginning() {
    seek(beginnings());
  }

  /** Whether the position in each of these partitions, which are read, is at its end or behind. */
  public boolean hasReached(Map<TopicPartition, Long> ends) {
    return behind(ends).isEmpty();
  }

  private Map<TopicPartition, Long> behind(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> behind = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          long left = end - ask(() -> consumer.position(partition));
          if (left > 0) {
            behind.put(partition, left);
          }
        });
    return behind;
  }

  /**
   * Reads from where it stands to the end as it is now, the records of a partition in their order.
   *
   * @return whether all were wanted; if not, the rest is read next
   */
  public boolean readToEnd(Visitor visitor) {
    Map<TopicPartition, Long> ends = new HashMap<>(ends());
    ends.keySet().retainAll(consumer.assignment());
    return readTo(ends, visitor);
  }

  /**
   * Reads from where it stands to an end, the records of a partition in their order. Stands at the
   * end then: what came behind it meanwhile is read next.
   *
   * @param ends by partition, the first offset that is not read; the partitions that it names are
   *     among those that are read, and others stay where they are. An end behind {@link #ends} is
   *     waited for
   * @return whether all were wanted; if not, the rest is read next
   */
  public boolean readTo(Map<TopicPartition, Long> ends, Visitor visitor) {
    Map<TopicPartition, Long> behind = behind(ends);
    long left = sum(behind);
    long since = nanoTime.getAsLong();
    try {
      while (left > 0) {
        pauseAllBut(behind.keySet());
        if (!visit(ask(() -> consumer.poll(POLL)), ends, visitor)) {
          return false;
        }
        behind = behind(ends);
        long now = nanoTime.getAsLong();
        if (sum(behind) < left) {
          left = sum(behind);
          since = now;
          visitor.left(left);
        } else if (now - since > LONGEST_SILENCE.toNanos()) {
          throw silent(behind, ends);
        }
      }
      return true;
    } finally {
      consumer.resume(consumer.paused());
    }
  }

  private void pauseAllBut(Set<TopicPartition> open) {
    if (open.size() + consumer.paused().size() < consumer.assignment().size()) {
      consumer.pause(
          consumer.assignment().stream().filter(partition -> !open.contains(partition)).toList());
    }
  }

  /** Hands records over, and leaves the positions behind the last one of each partition. */
  private boolean visit(
      ConsumerRecords<byte @Nullable [], byte @Nullable []> polled,
      Map<TopicPartition, Long> ends,
      Visitor visitor) {
    Map<TopicPartition, Long> next = new HashMap<>();
    polled.partitions().forEach(one -> next.put(one, polled.records(one).get(0).offset()));
    try {
      for (TopicPartition partition : polled.partitions()) {
        long end = Lookups.required(ends, partition);
        boolean whole = true;
        for (var record : polled.records(partition)) {
          if (record.offset() >= end) {
            next.put(partition, end);
            whole = false;
            break;
          }
          boolean more = visitor.visit(record);
          next.put(partition, record.offset() + 1);
          if (!more) {
            return false;
          }
        }
        if (whole) {
          next.remove(partition); // where it is: behind markers that follow, too
        }
      }
      return true;
    } finally {
      next.forEach(consumer::seek);
    }
  }

  private LeatException silent(Map<TopicPartition, Long> behind, Map<TopicPartition, Long> ends) {
    return new LeatException(
        ErrorCode.KAFKA,
        "%s could not be read to its end at %s: nothing came for %d s at %s. Is the broker running, or a transaction left open?"
            .formatted(
                topic,
                brokers,
                LONGEST_SILENCE.toSeconds(),
                behind.entrySet().stream()
                    .map(
                        one ->
                            "%s, offset %d of %d"
                                .formatted(
                                    one.getKey(),
                                    Lookups.required(ends, one.getKey()) - one.getValue(),
                                    Lookups.required(ends, one.getKey())))
                    .sorted()
                    .collect(Collectors.joining("; "))));
  }

  /**
   * The last record of a partition that is wanted. Looks at the end first, then at twice as much,
   * and so on: takes time in proportion to how far back the record lies. What is deleted from the
   * log's beginning meanwhile is no loss to it: what is left is looked through again. The partition
   * alone is read from then on.
   *
   * @param before only records before this offset
   */
  public Optional<ConsumerRecord<byte @Nullable [], byte @Nullable []>> last(
      TopicPartition partition,
      long before,
      Predicate<ConsumerRecord<byte @Nullable [], byte @Nullable []>> wanted) {
    while (true) {
      long first = Lookups.required(beginnings(), partition);
      try {
        return last(partition, first, before, wanted);
      } catch (LeatException e) {
        if (e.code() != ErrorCode.LOST_POSITION
            || Lookups.required(beginnings(), partition) <= first) {
          throw e;
        }
      }
    }
  }

  private Optional<ConsumerRecord<byte @Nullable [], byte @Nullable []>> last(
      TopicPartition partition,
      long first,
      long before,
      Predicate<ConsumerRecord<byte @Nullable [], byte @Nullable []>> wanted) {
    long end = Math.min(before, Lookups.required(ends(), partition));
    Map<TopicPartition, ConsumerRecord<byte @Nullable [], byte @Nullable []>> last =
        new HashMap<>();
    long from = end;
    for (long look = FIRST_LOOK; last.isEmpty() && from > first; look *= 2) {
      from = Math.max(first, end - look);
      seek(Map.of(partition, from));
      readTo(
          Map.of(partition, end),
          record -> {
            if (wanted.test(record)) {
              last.put(partition, record);
            }
            return true;
          });
    }
    return Optional.ofNullable(last.get(partition));
  }

  /**
   * The record at an offset of a partition; empty where there is none, or none any more. The
   * partition alone is read from then on.
   */
  public Optional<ConsumerRecord<byte @Nullable [], byte @Nullable []>> at(
      TopicPartition partition, long offset) {
    if (!partitions.contains(partition)
        || offset < Lookups.required(beginnings(), partition)
        || offset >= Lookups.required(ends(), partition)) {
      return Optional.empty();
    }
    List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> found = new ArrayList<>();
    seek(Map.of(partition, offset));
    try {
      readTo(Map.of(partition, offset + 1), found::add);
    } catch (LeatException e) {
      if (e.code() != ErrorCode.LOST_POSITION
          || offset >= Lookups.required(beginnings(), partition)) {
        throw e;
      }
    }
    return found.stream().findFirst();
  }

  /**
   * Waits for records behind the position, which are read then.
   *
   * @param longest how long it waits where there are none
   * @throws WakeupException if somebody woke it up
   */
  public ConsumerRecords<byte @Nullable [], byte @Nullable []> poll(Duration longest) {
    return ask(() -> consumer.poll(longest));
  }

  /** Ends what waits for the brokers, or the next call that would; from any thread. */
  public void wakeUp() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }
}

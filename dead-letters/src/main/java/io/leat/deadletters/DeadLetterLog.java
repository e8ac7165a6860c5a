package io.leat.deadletters;

import io.leat.common.Cleanup;
import io.leat.common.Lookups;
import io.leat.records.LogPosition;
import io.leat.schemas.Topics;
import io.leat.schemas.position.LostPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The dead letters of an event, from the first to the last that was committed when the log was
 * opened. Dead letters pass by one at a time: memory does not grow with their number. One thread
 * owns it.
 */
public final class DeadLetterLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);

  /** How long nothing may come before the brokers count as gone. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final int ANSWER_MILLIS = 20_000;

  private final String topic;
  private final Map<String, Object> settings;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> ends;

  /** Takes dead letters. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes a dead letter; false where no more are wanted. */
    boolean visit(DeadLetterRecord deadLetter);
  }

  /**
   * Opens the dead letters of an event.
   *
   * @param kafka settings of a Kafka client
   * @throws DeadLetterException if the topic is not there or the brokers do not answer
   */
  public DeadLetterLog(Map<String, Object> kafka, String event) {
    this.topic = Topics.deadLetters(event);
    this.settings = new HashMap<>(kafka);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "none");
    settings.put("allow.auto.create.topics", false);
    settings.putIfAbsent("default.api.timeout.ms", ANSWER_MILLIS);
    this.consumer = open(settings);
    try {
      List<PartitionInfo> found = consumer.partitionsFor(topic);
      if (found == null || found.isEmpty()) {
        throw new DeadLetterException(
            "There is no topic %s at %s; is %s an event that was applied there?"
                .formatted(topic, kafka.get("bootstrap.servers"), event));
      }
      this.ends =
          consumer.endOffsets(
              found.stream().map(part -> new TopicPartition(topic, part.partition())).toList());
    } catch (DeadLetterException e) {
      Cleanup.after(e, consumer);
      throw e;
    } catch (KafkaException e) {
      Cleanup.after(e, consumer);
      throw unreachable(topic, e);
    }
  }

  private static KafkaConsumer<byte[], byte[]> open(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The sentence for brokers that do not answer, or whose topic loses what is read. */
  static DeadLetterException unreachable(String topic, KafkaException e) {
    if (e instanceof OffsetOutOfRangeException lost) {
      return new DeadLetterException(LostPosition.whileReading(lost), e);
    }
    return new DeadLetterException(
        "The topic %s could not be reached: %s. Is the broker running, is its address right, and may this user use the topic?"
            .formatted(topic, e.getMessage()),
        e);
  }

  /**
   * Reads the dead letters that a filter wants, those of a partition in their order.
   *
   * @throws DeadLetterException if the brokers cease to answer
   */
  public void read(DeadLetterFilter filter, Visitor visitor) {
    read(filter, visitor, passed -> {});
  }

  /**
   * Reads the dead letters that a filter wants, those of a partition in their order.
   *
   * @param progress is told now and then how many thousandths of the log were passed
   * @throws DeadLetterException if the brokers cease to answer
   */
  public void read(DeadLetterFilter filter, Visitor visitor, LongConsumer progress) {
    try {
      readAll(filter, visitor, progress);
    } catch (KafkaException e) {
      throw unreachable(topic, e);
    }
  }

  private void readAll(DeadLetterFilter filter, Visitor visitor, LongConsumer progress) {
    Map<TopicPartition, Long> until = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          if (filter.reads(partition.partition())) {
            long last = filter.last(partition.partition()).orElse(Long.MAX_VALUE - 1);
            until.put(partition, Math.min(end, last + 1));
          }
        });
    Map<TopicPartition, Long> begins = seek(filter, until);
    long all = sum(until) - sum(begins);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!consumer.assignment().isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        deadline = System.nanoTime() + TIMEOUT.toNanos();
        DeadLetterRecord deadLetter = new DeadLetterRecord(record);
        if (record.offset() < Lookups.required(until, new TopicPartition(topic, record.partition()))
            && filter.matches(deadLetter)
            && !visitor.visit(deadLetter)) {
          consumer.unsubscribe();
          return;
        }
      }
      List<TopicPartition> open =
          consumer.assignment().stream()
              .filter(
                  partition -> consumer.position(partition) < Lookups.required(until, partition))
              .toList();
      long left =
          open.stream()
              .mapToLong(part -> Lookups.required(until, part) - consumer.position(part))
              .sum();
      progress.accept(all == 0 ? 1_000 : 1_000 * (all - left) / all);
      if (open.size() < consumer.assignment().size()) {
        consumer.assign(open);
      }
      if (System.nanoTime() > deadline) {
        throw new DeadLetterException(
            "%s could not be read to its end: nothing came for %d s, %d records before it. Is the broker running?"
                .formatted(topic, TIMEOUT.toSeconds(), left));
      }
    }
  }

  /** Where reading begins; partitions without anything to read are left out. */
  private Map<TopicPartition, Long> seek(DeadLetterFilter filter, Map<TopicPartition, Long> until) {
    Map<TopicPartition, Long> begins = new HashMap<>(consumer.beginningOffsets(until.keySet()));
    Map<TopicPartition, Long> times = new HashMap<>();
    filter
        .from()
        .map(Instant::toEpochMilli)
        .ifPresent(from -> until.keySet().forEach(partition -> times.put(partition, from)));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    begins.replaceAll(
        (partition, begin) -> {
          long first = Math.max(begin, filter.first(partition.partition()).orElse(0));
          if (times.containsKey(partition)) {
            first =
                Math.max(
                    first,
                    Optional.ofNullable(found.get(partition))
                        .map(OffsetAndTimestamp::offset)
                        .orElse(Long.MAX_VALUE)); // nothing is that young
          }
          return Math.min(first, Lookups.required(until, partition));
        });
    begins
        .entrySet()
        .removeIf(begin -> begin.getValue() >= Lookups.required(until, begin.getKey()));
    until.keySet().retainAll(begins.keySet());
    consumer.assign(begins.keySet());
    begins.forEach(consumer::seek);
    return begins;
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The dead letter with the event that was too large to be copied into it, from the raw topic; the
   * same dead letter where it has its event, or the raw topic has it no longer.
   *
   * @throws DeadLetterException if the brokers cease to answer
   */
  public DeadLetterRecord whole(DeadLetterRecord deadLetter) {
    Optional<LogPosition> source =
        deadLetter.source().filter(at -> Topics.deadLetters(at.getTopic()).equals(topic));
    if (!deadLetter.isWithoutEvent() || source.isEmpty()) {
      return deadLetter;
    }
    TopicPartition partition =
        new TopicPartition(source.get().getTopic(), source.get().getPartition());
    long offset = source.get().getOffset();
    try (KafkaConsumer<byte[], byte[]> raw = open(settings)) {
      raw.assign(List.of(partition));
      if (offset < Lookups.required(raw.beginningOffsets(List.of(partition)), partition)
          || offset >= Lookups.required(raw.endOffsets(List.of(partition)), partition)) {
        return deadLetter;
      }
      raw.seek(partition, offset);
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (raw.position(partition) <= offset && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : raw.poll(POLL)) {
          if (record.offset() == offset) {
            return deadLetter.with(record);
          }
        }
      }
      return deadLetter;
    } catch (KafkaException e) {
      throw unreachable(partition.topic(), e);
    }
  }

  /**
   * The dead letter at a position, its event with it where that is still to be had.
   *
   * @throws DeadLetterException if there is none
   */
  public DeadLetterRecord at(DeadLetterPosition position) {
    DeadLetterRecord[] found = new DeadLetterRecord[1];
    read(
        DeadLetterFilter.at(position),
        deadLetter -> {
          found[0] = deadLetter;
          return false;
        });
    if (found[0] == null) {
      throw new DeadLetterException(
          "%s has no dead letter at %s: it was never there, or its retention is over. './leat dlq list' names those that are."
              .formatted(topic, position));
    }
    return whole(found[0]);
  }

  @Override
  public void close() {
    consumer.close();
  }
}

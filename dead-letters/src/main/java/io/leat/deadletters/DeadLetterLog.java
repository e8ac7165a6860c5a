package io.leat.deadletters;

import io.leat.common.Cleanup;
import io.leat.common.Lookups;
import io.leat.records.LogPosition;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of an event, from the first to the last that was committed when the log was
 * opened. Dead letters pass by one at a time: memory does not grow with their number. One thread
 * owns it.
 */
public final class DeadLetterLog implements AutoCloseable {
  private final String topic;
  private final Map<String, Object> kafka;
  private final TopicLog log;
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
   * @throws DeadLetterException if the topic is not there
   * @throws io.leat.common.LeatException if the brokers do not answer
   */
  public DeadLetterLog(Map<String, Object> kafka, String event) {
    this.topic = Topics.deadLetters(event);
    this.kafka = new HashMap<>(kafka);
    this.log =
        TopicLog.find(kafka, topic)
            .orElseThrow(
                () ->
                    new DeadLetterException(
                        "There is no topic %s at %s; is %s an event that was applied there?"
                            .formatted(topic, kafka.get("bootstrap.servers"), event)));
    try {
      this.ends = log.ends();
    } catch (RuntimeException e) {
      Cleanup.after(e, log);
      throw e;
    }
  }

  /**
   * Reads the dead letters that a filter wants, those of a partition in their order.
   *
   * @throws io.leat.common.LeatException if the brokers cease to answer
   */
  public void read(DeadLetterFilter filter, Visitor visitor) {
    read(filter, visitor, passed -> {});
  }

  /**
   * Reads the dead letters that a filter wants, those of a partition in their order.
   *
   * @param progress is told now and then how many thousandths of the log were passed
   * @throws io.leat.common.LeatException if the brokers cease to answer
   */
  public void read(DeadLetterFilter filter, Visitor visitor, LongConsumer progress) {
    Map<TopicPartition, Long> until = until(filter);
    Map<TopicPartition, Long> from = from(filter, until);
    long all = sum(until) - sum(from);
    log.seek(from);
    log.readTo(
        until,
        new TopicLog.Visitor() {
          @Override
          public boolean visit(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
            DeadLetterRecord deadLetter = new DeadLetterRecord(record);
            return !filter.matches(deadLetter) || visitor.visit(deadLetter);
          }

          @Override
          public void left(long offsets) {
            progress.accept(1_000 * (all - offsets) / all);
          }
        });
  }

  /** Where reading ends, by the partitions that may hold what is wanted. */
  private Map<TopicPartition, Long> until(DeadLetterFilter filter) {
    Map<TopicPartition, Long> until = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          if (filter.reads(partition.partition())) {
            long last = filter.last(partition.partition()).orElse(Long.MAX_VALUE - 1);
            until.put(partition, Math.min(end, last + 1));
          }
        });
    return until;
  }

  /** Where reading begins: no later than it ends. */
  private Map<TopicPartition, Long> from(DeadLetterFilter filter, Map<TopicPartition, Long> until) {
    Map<TopicPartition, Long> beginnings = log.beginnings();
    Optional<Map<TopicPartition, Long>> atTime = filter.from().map(log::offsetsAt);
    Map<TopicPartition, Long> from = new HashMap<>();
    until.forEach(
        (partition, end) -> {
          long first =
              Math.max(
                  Lookups.required(beginnings, partition),
                  filter.first(partition.partition()).orElse(0));
          long timely = atTime.map(offsets -> Lookups.required(offsets, partition)).orElse(first);
          from.put(partition, Math.min(Math.max(first, timely), end));
        });
    return from;
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The dead letter with the event that was too large to be copied into it, from the raw topic; the
   * same dead letter where it has its event, or the raw topic has it no longer.
   *
   * @throws io.leat.common.LeatException if the brokers cease to answer
   */
  public DeadLetterRecord whole(DeadLetterRecord deadLetter) {
    Optional<LogPosition> source =
        deadLetter.source().filter(at -> Topics.deadLetters(at.getTopic()).equals(topic));
    return deadLetter.isWithoutEvent()
        ? source.flatMap(this::event).map(deadLetter::with).orElse(deadLetter)
        : deadLetter;
  }

  /** The record at a position; empty where the topic has it no longer. */
  private Optional<ConsumerRecord<byte @Nullable [], byte @Nullable []>> event(
      LogPosition position) {
    Optional<TopicLog> found = TopicLog.find(kafka, position.getTopic());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (TopicLog raw = found.get()) {
      return raw.at(
          new TopicPartition(position.getTopic(), position.getPartition()), position.getOffset());
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
    log.close();
  }
}

package io.leat.cli.tail;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.common.Cleanup;
import io.leat.common.Lookups;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The committed records of a topic, one at a time: memory does not grow with their number. One
 * thread owns it.
 */
final class TopicRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);
  private static final int ANSWER_MILLIS = 20_000;

  /** Transactions' markers take offsets too. */
  private static final int MARKERS = 100;

  private final PlatformOptions platform;
  private final String topic;
  private final KafkaConsumer<byte @Nullable [], byte @Nullable []> consumer;
  private final List<TopicPartition> partitions;

  /** Takes records. */
  @FunctionalInterface
  interface Visitor {
    /** Takes a record; false where no more are wanted. */
    boolean visit(ConsumerRecord<byte @Nullable [], byte @Nullable []> record);
  }

  /**
   * @throws UserError if the topic is not there, or the brokers do not answer
   */
  TopicRecords(PlatformOptions platform, String topic) {
    this.platform = platform;
    this.topic = topic;
    Map<String, Object> settings = new HashMap<>(platform.kafka());
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "none");
    settings.put("allow.auto.create.topics", false);
    settings.putIfAbsent("default.api.timeout.ms", ANSWER_MILLIS);
    try {
      consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException e) {
      throw unreachable(e);
    }
    try {
      Map<String, List<PartitionInfo>> topics = consumer.listTopics();
      if (!topics.containsKey(topic)) {
        throw new UserError(
            "There is no topic %s at %s. There are: %s."
                .formatted(
                    topic,
                    platform.bootstrapServers(),
                    String.join(
                        ", ",
                        topics.keySet().stream()
                            .filter(name -> !name.startsWith("_") && !name.contains("-changelog"))
                            .sorted()
                            .toList())));
      }
      partitions =
          topics.get(topic).stream()
              .map(part -> new TopicPartition(topic, part.partition()))
              .toList();
    } catch (UserError e) {
      Cleanup.after(e, consumer);
      throw e;
    } catch (KafkaException e) {
      Cleanup.after(e, consumer);
      throw unreachable(e);
    }
  }

  private UserError unreachable(KafkaException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new UserError(
        "The topic %s could not be read at %s: %s. Is the broker running, is its address right, and may this user read it?"
            .formatted(topic, platform.bootstrapServers(), cause.getMessage()),
        e);
  }

  /** Begins with as many records of each partition as may hold the newest so many. */
  void beginWithNewest(int records) {
    begin(
        (begins, ends) ->
            ends.replaceAll(
                (partition, end) ->
                    Math.max(Lookups.required(begins, partition), end - records - MARKERS)));
  }

  /**
   * Begins somewhere.
   *
   * @throws UserError if the topic has no such position
   */
  void begin(From from) {
    if (from instanceof From.Latest) {
      begin((begins, ends) -> {});
    } else if (from instanceof From.Written written) {
      begin(
          (begins, ends) -> {
            Map<TopicPartition, Long> times = new HashMap<>();
            ends.keySet().forEach(part -> times.put(part, written.time().toEpochMilli()));
            Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
            ends.replaceAll(
                (part, end) ->
                    Optional.ofNullable(found.get(part))
                        .map(OffsetAndTimestamp::offset)
                        .orElse(end));
          });
    } else if (from instanceof From.Position position) {
      begin(
          (begins, ends) -> {
            TopicPartition wanted = new TopicPartition(topic, position.partition());
            Long begin = begins.get(wanted);
            Long end = ends.get(wanted);
            if (begin == null
                || end == null
                || position.offset() < begin
                || position.offset() > end) {
              throw new UserError(
                  "%s has no position %d/%d; %s."
                      .formatted(
                          topic,
                          position.partition(),
                          position.offset(),
                          begin == null || end == null
                              ? "its partitions are 0 to " + (partitions.size() - 1)
                              : "of partition %d it has the offsets %d to %d"
                                  .formatted(position.partition(), begin, end - 1)));
            }
            ends.keySet().retainAll(List.of(wanted));
            ends.put(wanted, position.offset());
          });
    } else {
      begin(
          (begins, ends) ->
              ends.replaceAll((partition, end) -> Lookups.required(begins, partition)));
    }
  }

  /** Makes of where the partitions end where reading begins. */
  private interface Beginning {
    void choose(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends);
  }

  private void begin(Beginning beginning) {
    try {
      Map<TopicPartition, Long> positions = new HashMap<>(consumer.endOffsets(partitions));
      beginning.choose(consumer.beginningOffsets(partitions), positions);
      consumer.assign(positions.keySet());
      positions.forEach(consumer::seek);
    } catch (KafkaException e) {
      throw unreachable(e);
    }
  }

  /**
   * Reads up to where the topic ends now.
   *
   * @return whether more are wanted
   * @throws UserError if the brokers cease to answer
   */
  boolean read(Visitor visitor) {
    try {
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      long deadline = System.nanoTime() + LONGEST_SILENCE.toNanos();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (var record : poll()) {
          deadline = System.nanoTime() + LONGEST_SILENCE.toNanos();
          if (record.offset()
                  < Lookups.required(ends, new TopicPartition(topic, record.partition()))
              && !visitor.visit(record)) {
            return false;
          }
        }
        if (System.nanoTime() > deadline) {
          throw new UserError(
              "%s could not be read to its end: nothing came for %d s. Is the broker running?"
                  .formatted(topic, LONGEST_SILENCE.toSeconds()));
        }
      }
      ends.forEach(consumer::seek); // what came behind the end is read when it is asked for
      return true;
    } catch (KafkaException e) {
      throw unreachable(e);
    }
  }

  /** Reads on, behind the end, until no more are wanted. */
  void follow(Visitor visitor) {
    try {
      while (true) {
        for (var record : poll()) {
          if (!visitor.visit(record)) {
            return;
          }
        }
      }
    } catch (KafkaException e) {
      throw unreachable(e);
    }
  }

  private Iterable<ConsumerRecord<byte @Nullable [], byte @Nullable []>> poll() {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      throw new UserError(
          "%s has lost records that were to be read next (%s): retention has deleted them, or its log was cut off. Ask again; --from earliest begins with what is left."
              .formatted(topic, e.offsetOutOfRangePartitions()),
          e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}

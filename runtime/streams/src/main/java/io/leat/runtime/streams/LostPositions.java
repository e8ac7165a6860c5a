package io.leat.runtime.streams;

import io.leat.schemas.position.LostPosition;
import io.leat.schemas.position.OnLostPosition;
import io.leat.schemas.position.PositionCheck;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The positions of one stream thread's consumer that its topics no longer have, and what becomes of
 * them: a partition is held where it stands, or goes on elsewhere by choice. What is held is told
 * to health and to the gauge {@code leat.positions.lost}, which sum over the threads.
 */
final class LostPositions {
  private static final Logger log = LoggerFactory.getLogger(LostPositions.class);

  /** What is held, of all threads of a service. Thread-safe. */
  static final class Held {
    private final Map<TopicPartition, String> sentences = new ConcurrentHashMap<>();

    Held(MeterRegistry metrics) {
      Gauge.builder("leat.positions.lost", sentences, Map::size).register(metrics);
    }

    /** One sentence a partition; empty where none is held. */
    Optional<String> problem() {
      return sentences.isEmpty()
          ? Optional.empty()
          : Optional.of(String.join(" ", new TreeMap<>(byName()).values()));
    }

    private Map<String, String> byName() {
      Map<String, String> named = new TreeMap<>();
      sentences.forEach((partition, sentence) -> named.put(partition.toString(), sentence));
      return named;
    }
  }

  private final String reader;
  private final OnLostPosition choice;
  private final Held held;
  private final Supplier<Consumer<byte[], byte[]>> asking;
  private final Set<TopicPartition> own = new HashSet<>();

  /**
   * @param reader who reads: the consumer group
   * @param asking opens a consumer of {@code isolation.level=read_uncommitted} to ask the brokers
   *     with; closed after
   */
  LostPositions(
      String reader, OnLostPosition choice, Held held, Supplier<Consumer<byte[], byte[]>> asking) {
    this.reader = reader;
    this.choice = choice;
    this.held = held;
    this.asking = asking;
  }

  boolean areHeld() {
    return !own.isEmpty();
  }

  boolean isHeld(TopicPartition partition) {
    return own.contains(partition);
  }

  /** Forgets partitions that are no longer the consumer's. */
  void keepOnly(Set<TopicPartition> assigned) {
    List<TopicPartition> gone = own.stream().filter(one -> !assigned.contains(one)).toList();
    gone.forEach(own::remove);
    gone.forEach(held.sentences::remove);
  }

  /** Of these partitions the group has no position yet: they begin with their first record. */
  void begin(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    consumer.seekToBeginning(partitions);
    log.info(
        "{} has no position in {} and begins with the first records there", reader, partitions);
  }

  /** Holds each lost position where it is, or moves it, as the choice has it. */
  void settle(Consumer<byte[], byte[]> consumer, OffsetOutOfRangeException failure) {
    List<LostPosition> lost;
    try (Consumer<byte[], byte[]> brokers = asking.get()) {
      lost = PositionCheck.lost(brokers, failure);
    } catch (RetriableException e) {
      log.warn("{} looks at its positions again: {}", reader, e.getMessage());
      return;
    }
    for (LostPosition one : lost) {
      TopicPartition partition = new TopicPartition(one.topic(), one.partition());
      if (choice == OnLostPosition.stop) {
        consumer.seek(partition, one.position()); // else the consumer would look at it at each poll
        consumer.pause(List.of(partition));
        own.add(partition);
        held.sentences.put(partition, one.stopped(reader));
        log.error("{} Other partitions go on.", one.stopped(reader));
      } else {
        consumer.seek(partition, one.next(choice));
        log.warn(one.goesOn(reader, choice));
      }
    }
  }
}

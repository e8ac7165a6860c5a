package io.leat.features.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds changes back until they can be taken in together with all others of their transactions. A
 * busy key's state is several entries; a reader must see them as of one moment.
 *
 * <p>A consumer of committed records gets those of one transaction in several polls, and is not
 * told where it ends. But the end of what it can read, as of some time, is an offset below which
 * every transaction has ended: up to there, changes are whole. The follower's thread's own.
 */
final class SettledChanges {
  /**
   * Bytes of keys and values that are held back at most. More, as at a first start or after an
   * outage, are taken in as they come, and nobody reads meanwhile.
   */
  static final long MOST_BYTES = 32L << 20;

  /**
   * Changes to take in.
   *
   * @param records in the order in which they were read
   * @param next by partition, the offset to go on from
   * @param whole whether all transactions that they are of are among them
   */
  record Settled(
      List<ConsumerRecord<byte[], byte[]>> records,
      Map<TopicPartition, Long> next,
      boolean whole) {}

  /** In place of an offset: how far a partition can be read is not known yet. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private List<ConsumerRecord<byte[], byte[]>> held = new ArrayList<>();
  private long heldBytes;

  /** Where transactions have ended, of each partition; empty while that is not wanted. */
  private Map<TopicPartition, Long> ends = Map.of();

  /** Whether what was taken in so far has no transaction in part. */
  private boolean whole;

  /**
   * @param whole whether what was taken in before has none
   */
  SettledChanges(boolean whole) {
    this.whole = whole;
  }

  void add(Iterable<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      held.add(record);
      heldBytes += bytes(record);
    }
  }

  /** The offset before which a partition's changes are taken in. */
  long takenIn(TopicPartition partition, long position) {
    for (ConsumerRecord<byte[], byte[]> record : held) {
      if (isOf(record, partition)) {
        return record.offset();
      }
    }
    return position;
  }

  /**
   * What can be taken in now, if anything.
   *
   * @param position the consumer's position in a partition
   * @param readable how far each partition can be read, as of some time, or {@link #UNKNOWN}; not
   *     called again until that has been reached
   */
  Optional<Settled> settle(
      ToLongFunction<TopicPartition> position, Supplier<Map<TopicPartition, Long>> readable) {
    if (held.isEmpty() && whole) {
      return Optional.empty();
    }
    if (ends.isEmpty()) {
      ends = Map.copyOf(readable.get());
    }
    boolean known = !ends.containsValue(UNKNOWN);
    boolean reached =
        known
            && ends.entrySet().stream()
                .allMatch(end -> position.applyAsLong(end.getKey()) >= end.getValue());
    if (!reached && heldBytes < MOST_BYTES) {
      if (!known) {
        ends = Map.of();
      }
      return Optional.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> settled = new ArrayList<>();
    List<ConsumerRecord<byte[], byte[]>> later = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : held) {
      Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
      boolean taken = !reached || end == null || record.offset() < end;
      (taken ? settled : later).add(record);
    }
    Map<TopicPartition, Long> next = new HashMap<>();
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      long at = position.applyAsLong(end.getKey());
      next.put(end.getKey(), reached ? Math.min(at, end.getValue()) : at);
    }
    held = later;
    heldBytes = later.stream().mapToLong(SettledChanges::bytes).sum();
    ends = Map.of();
    whole = reached;
    return Optional.of(new Settled(settled, next, reached));
  }

  private static long bytes(ConsumerRecord<byte[], byte[]> record) {
    return (record.key() == null ? 0L : record.key().length)
        + (record.value() == null ? 0 : record.value().length);
  }

  private static boolean isOf(ConsumerRecord<byte[], byte[]> record, TopicPartition partition) {
    return record.partition() == partition.partition() && record.topic().equals(partition.topic());
  }
}

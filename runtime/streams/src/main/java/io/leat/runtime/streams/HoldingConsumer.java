package io.leat.runtime.streams;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that holds a partition while the others go on, so that Kafka Streams neither sees more
 * of it nor commits behind it: it is sought back and paused. One stream thread owns it.
 *
 * <ul>
 *   <li>At the first record that {@link RecordGates} do not let pass, until they do.
 *   <li>At a position that its topic no longer has, where {@link LostPositions} have it so; else it
 *       is sought to where they say. The consumer itself is one that resets no position: Kafka
 *       Streams never hears of one that is lost.
 * </ul>
 *
 * <p>Kafka Streams pauses partitions too, where it has read enough ahead. A partition is fetched
 * while neither of the two wants it paused.
 */
final class HoldingConsumer extends ForwardingConsumer<byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(HoldingConsumer.class);

  private final Consumer<byte[], byte[]> consumer;
  private final RecordGates gates;
  private final LostPositions lost;
  private final Map<TopicPartition, ConsumerRecord<byte[], byte[]>> held = new HashMap<>();
  private final Set<TopicPartition> pausedByStreams = new HashSet<>();

  /**
   * @param consumer one of {@code auto.offset.reset=none}
   */
  HoldingConsumer(Consumer<byte[], byte[]> consumer, RecordGates gates, LostPositions lost) {
    super(consumer);
    this.consumer = consumer;
    this.gates = gates;
    this.lost = lost;
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    pausedByStreams.addAll(partitions);
    consumer.pause(partitions);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    pausedByStreams.removeAll(partitions);
    consumer.resume(
        partitions.stream()
            .filter(partition -> !held.containsKey(partition) && !lost.isHeld(partition))
            .toList());
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (!held.isEmpty()) {
      Set<TopicPartition> assigned = consumer.assignment();
      held.entrySet()
          .removeIf(
              entry ->
                  !assigned.contains(entry.getKey()) || release(entry.getKey(), entry.getValue()));
    }
    ConsumerRecords<byte[], byte[]> polled = pollKnownPositions(timeout);
    if (gates.isEmpty()) {
      return polled;
    }
    for (TopicPartition partition : consumer.assignment()) {
      consumer.currentLag(partition).ifPresent(records -> gates.waits(partition, records));
    }
    Map<TopicPartition, ConsumerRecord<byte[], byte[]>> stopped = new HashMap<>(0);
    for (TopicPartition partition : polled.partitions()) {
      for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
        if (!gates.mayPass(record)) {
          stopped.put(partition, record);
          break;
        }
      }
    }
    stopped.forEach(this::hold);
    return stopped.isEmpty() ? polled : before(polled, stopped);
  }

  /**
   * A position that is missing or lost is settled, and what the others gave comes with the next
   * poll.
   */
  private ConsumerRecords<byte[], byte[]> pollKnownPositions(Duration timeout) {
    if (lost.areHeld()) {
      lost.keepOnly(consumer.assignment());
    }
    try {
      return consumer.poll(timeout);
    } catch (NoOffsetForPartitionException e) {
      lost.begin(consumer, e.partitions());
    } catch (OffsetOutOfRangeException e) {
      lost.settle(consumer, e);
    }
    return ConsumerRecords.empty();
  }

  private boolean release(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    if (!gates.mayPass(record)) {
      return false;
    }
    if (!pausedByStreams.contains(partition) && !lost.isHeld(partition)) {
      consumer.resume(List.of(partition));
    }
    log.info("{} goes on at offset {}", partition, record.offset());
    return true;
  }

  private void hold(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    consumer.seek(partition, position(record));
    consumer.pause(List.of(partition));
    held.put(partition, record);
    log.info("{} waits at offset {}; other partitions go on", partition, record.offset());
  }

  /** What came before the records at which partitions were stopped. */
  private static ConsumerRecords<byte[], byte[]> before(
      ConsumerRecords<byte[], byte[]> polled,
      Map<TopicPartition, ConsumerRecord<byte[], byte[]>> stopped) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    for (TopicPartition partition : polled.partitions()) {
      ConsumerRecord<byte[], byte[]> stop = stopped.get(partition);
      List<ConsumerRecord<byte[], byte[]>> passed =
          polled.records(partition).stream()
              .takeWhile(record -> stop == null || record.offset() < stop.offset())
              .toList();
      if (!passed.isEmpty()) {
        records.put(partition, passed);
      }
    }
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(polled.nextOffsets());
    stopped.forEach((partition, record) -> next.put(partition, position(record)));
    return new ConsumerRecords<>(records, next);
  }

  private static OffsetAndMetadata position(ConsumerRecord<byte[], byte[]> record) {
    return new OffsetAndMetadata(record.offset(), record.leaderEpoch(), "");
  }
}

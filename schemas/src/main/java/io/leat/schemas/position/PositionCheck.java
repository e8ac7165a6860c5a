package io.leat.schemas.position;

import io.leat.common.Lookups;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Asks the brokers whether a log still has a position. */
public final class PositionCheck {
  private PositionCheck() {}

  /**
   * Looks whether a log still has a position.
   *
   * @param consumer one of {@code isolation.level=read_uncommitted} and {@code
   *     auto.offset.reset=none}, for this alone: it is assigned the partition
   * @param position the record to be read next: its offset; with the leader epoch of the record
   *     read last where that is known, by which a log is found out that lost its tail and grew
   *     beyond the position since
   * @return empty where it has
   */
  public static Optional<LostPosition> check(
      Consumer<?, ?> consumer, TopicPartition partition, OffsetAndMetadata position) {
    List<TopicPartition> one = List.of(partition);
    long earliest = Lookups.required(consumer.beginningOffsets(one), partition);
    long end = Lookups.required(consumer.endOffsets(one), partition);
    if (position.offset() < earliest || position.offset() > end) {
      return Optional.of(LostPosition.outOfRange(partition, position.offset(), earliest, end));
    }
    if (position.leaderEpoch().isEmpty()) {
      return Optional.empty();
    }
    consumer.assign(one);
    consumer.seek(partition, position);
    try {
      consumer.poll(Duration.ZERO); // begins to validate the position
      consumer.position(partition); // waits until that is done
      return Optional.empty();
    } catch (OffsetOutOfRangeException e) { // of which a truncation is a kind
      return lost(consumer, e).stream().findFirst();
    }
  }

  /**
   * What a consumer of {@code auto.offset.reset=none} says by an exception, by partition.
   *
   * @param consumer one of {@code isolation.level=read_uncommitted}
   */
  public static List<LostPosition> lost(
      Consumer<?, ?> consumer, OffsetOutOfRangeException failure) {
    Map<TopicPartition, Long> positions = failure.offsetOutOfRangePartitions();
    Map<TopicPartition, Long> earliest = consumer.beginningOffsets(positions.keySet());
    Map<TopicPartition, Long> end = consumer.endOffsets(positions.keySet());
    Map<TopicPartition, OffsetAndMetadata> agreed =
        failure instanceof LogTruncationException truncation
            ? truncation.divergentOffsets()
            : Collections.emptyMap();
    return positions.entrySet().stream()
        .map(
            at -> {
              TopicPartition partition = at.getKey();
              long first = Lookups.required(earliest, partition);
              long last = Lookups.required(end, partition);
              OffsetAndMetadata cut = agreed.get(partition);
              return at.getValue() >= first && cut != null
                  ? LostPosition.cutOff(partition, at.getValue(), first, last, cut.offset())
                  : LostPosition.outOfRange(partition, at.getValue(), first, last);
            })
        .toList();
  }
}

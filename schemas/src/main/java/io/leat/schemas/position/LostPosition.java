package io.leat.schemas.position;

import java.io.Serializable;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * A position that the log no longer has as it was.
 *
 * @param topic the topic
 * @param partition its partition, from 0
 * @param position offset of the record that was to be read next
 * @param earliest offset of the log's first record
 * @param end offset behind the log's last record
 * @param cause what became of the position
 * @param nearest offset of the nearest position that the log has
 */
public record LostPosition(
    String topic, int partition, long position, long earliest, long end, Cause cause, long nearest)
    implements Serializable {

  /** What became of a position. */
  public enum Cause {
    /** Records from the position on were deleted before they were read. */
    DELETED,
    /** The log lost its tail: what was read last is no longer in it. */
    CUT_OFF,
    /** The topic was deleted and made again: another log of the same name. */
    MADE_AGAIN
  }

  /** The records from the position on were deleted: it lies before the log. */
  public static LostPosition deleted(
      TopicPartition partition, long position, long earliest, long end) {
    return of(partition, position, earliest, end, Cause.DELETED, earliest);
  }

  /**
   * The log lost its tail.
   *
   * @param agreed offset up to which the log is what was read
   */
  public static LostPosition cutOff(
      TopicPartition partition, long position, long earliest, long end, long agreed) {
    return of(
        partition,
        position,
        earliest,
        end,
        Cause.CUT_OFF,
        Math.max(earliest, Math.min(end, agreed)));
  }

  /** The topic was made again; nothing of it was read. */
  public static LostPosition madeAgain(
      TopicPartition partition, long position, long earliest, long end) {
    return of(partition, position, earliest, end, Cause.MADE_AGAIN, earliest);
  }

  /** A position that lies outside of the log. */
  static LostPosition outOfRange(TopicPartition partition, long position, long earliest, long end) {
    return position < earliest
        ? deleted(partition, position, earliest, end)
        : cutOff(partition, position, earliest, end, end);
  }

  private static LostPosition of(
      TopicPartition partition, long position, long earliest, long end, Cause cause, long nearest) {
    return new LostPosition(
        partition.topic(), partition.partition(), position, earliest, end, cause, nearest);
  }

  /**
   * Where to go on.
   *
   * @param choice any but {@link OnLostPosition#stop}
   */
  public long next(OnLostPosition choice) {
    return switch (choice) {
      case nearest -> nearest;
      case earliest -> earliest;
      case latest -> end;
      case stop -> throw new IllegalArgumentException("a reader that stops goes on nowhere");
    };
  }

  /**
   * For whoever reads a topic from its first record and keeps no position: records were lost while
   * they were read.
   */
  public static String whileReading(OffsetOutOfRangeException failure) {
    return "%s lost records while it was read: there is no offset %s any more (deleted by retention or by hand, or the log lost its tail). Nothing was passed over; run it again, it begins with what is there."
        .formatted(
            failure.partitions().stream().map(TopicPartition::toString).sorted().toList(),
            failure.offsetOutOfRangePartitions().values());
  }

  /** What was found and what it means, without what to do. */
  public String finding(String reader) {
    return "%s stands at %s/%d/%d, and the log holds %d up to %d. %s"
        .formatted(reader, topic, partition, position, earliest, end, meaning());
  }

  private String meaning() {
    return switch (cause) {
      case DELETED ->
          "The %d records from %d on were deleted (retention, or by hand) before they were read and are lost to it."
              .formatted(earliest - position, position);
      case CUT_OFF ->
          "The log lost its tail (a broker that stopped uncleanly, a damaged segment): the %d offsets from %d on that were read are gone or belong to other records now; what was made of them stays."
              .formatted(position - nearest, nearest);
      case MADE_AGAIN ->
          "The topic was deleted and made again: nothing of this log was read, and its offsets belong to other records.";
    };
  }

  /**
   * The finding, and what to do; for a reader that stops there.
   *
   * @param reader who stands there: a consumer group
   */
  public String stopped(String reader) {
    return "%s Nothing was read again or passed over: it stops there. To go on, start it once with --on-lost-position nearest (%s=nearest: from offset %d), or earliest (from %d: what is there is read again), or latest (from %d)."
        .formatted(finding(reader), OnLostPosition.VARIABLE, nearest, earliest, end);
  }

  /** The finding, and where the reader goes on by choice. */
  public String goesOn(String reader, OnLostPosition choice) {
    return "%s It goes on from offset %d, as --on-lost-position %s has it."
        .formatted(finding(reader), next(choice), choice);
  }
}

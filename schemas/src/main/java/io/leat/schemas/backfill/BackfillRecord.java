package io.leat.schemas.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.schemas.RecordHeaders;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One record of a backfill topic. The header {@code leat.backfill} says which kind it is; keys and
 * values are the bytes of the store, or text.
 *
 * <p>A run is named by the time at which it began, in milliseconds since 1970-01-01 UTC: of two
 * runs the greater is the later, and the later one counts.
 */
public sealed interface BackfillRecord {
  /** Header that says what kind of record it is, and of which run. */
  String HEADER = "leat.backfill";

  /** What a partition of the store is at. */
  enum State {
    /** It keeps events aside, and has no values. */
    WAITING,
    /** It has taken a run in, and folds events. */
    LIVE
  }

  /**
   * One entry of the view's store.
   *
   * @param name the entry's name there
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
  record Entry(long run, byte[] name, byte[] value) implements BackfillRecord {}

  /**
   * The end of a run in this partition: all its entries lie before this record.
   *
   * @param cut the events of the view's source that the entries are made of lie before it
   * @param entries how many entries the run has in this partition
   */
  record Complete(long run, LogCut cut, long entries) implements BackfillRecord {}

  /** What a partition of the store says of itself, in the transaction that makes it so. */
  record Notice(State state, int partition) implements BackfillRecord {}

  /** The record's header. */
  default Header header() {
    if (this instanceof Entry entry) {
      return RecordHeaders.of(HEADER, "entry " + entry.run());
    } else if (this instanceof Complete complete) {
      return RecordHeaders.of(HEADER, "complete " + complete.run());
    }
    return RecordHeaders.of(HEADER, ((Notice) this).state().name().toLowerCase(Locale.ROOT));
  }

  /** The record's key; null of all but entries. */
  default byte @Nullable [] key() {
    return this instanceof Entry entry ? entry.name() : null;
  }

  /** The record's value. */
  default byte[] toBytes() {
    if (this instanceof Entry entry) {
      return entry.value();
    } else if (this instanceof Complete complete) {
      return (complete.entries() + ";" + complete.cut()).getBytes(UTF_8);
    }
    return Integer.toString(((Notice) this).partition()).getBytes(UTF_8);
  }

  /** The record for a producer, in a partition. */
  default ProducerRecord<byte @Nullable [], byte[]> toRecord(String topic, int partition) {
    return new ProducerRecord<>(topic, partition, key(), toBytes(), List.of(header()));
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is none of this topic's
   */
  static BackfillRecord of(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    String[] kind = RecordHeaders.get(headers, HEADER).orElse("").split(" ", -1);
    if (kind[0].equals("entry") && kind.length == 2 && key != null && value != null) {
      return new Entry(Long.parseLong(kind[1]), key, value);
    } else if (kind[0].equals("complete") && kind.length == 2 && value != null) {
      String[] parts = new String(value, UTF_8).split(";", -1);
      if (parts.length == 2) {
        return new Complete(
            Long.parseLong(kind[1]), LogCut.parse(parts[1]), Long.parseLong(parts[0]));
      }
    } else if (kind.length == 1 && value != null) {
      for (State state : State.values()) {
        if (state.name().toLowerCase(Locale.ROOT).equals(kind[0])) {
          return new Notice(state, Integer.parseInt(new String(value, UTF_8)));
        }
      }
    }
    throw new IllegalArgumentException(
        "a record with the header %s '%s'; expected entry, complete, waiting or live, with what belongs to it"
            .formatted(HEADER, String.join(" ", kind)));
  }
}

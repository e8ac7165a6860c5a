package io.leat.features.offline.replay;

import java.io.Serializable;

/**
 * The order in which a key's events and rows are replayed.
 *
 * <p>By event time, a row comes behind every event of its own time: it sees all events up to then.
 *
 * <p>By arrival, a row comes right behind its own event. Within a partition of a topic, arrival is
 * the order of offsets. Where events of several partitions or topics meet in one key's state,
 * nothing in the tables says which of two came first; there the partitions are taken to have run in
 * step: an event has arrived when its partition had reached the greatest event time of all up to it
 * ({@link ArrivalClock}).
 */
public enum ReplayOrder implements Serializable {
  EVENT_TIME,
  /** All events that meet come out of one partition. */
  OFFSET,
  /** They come out of several. */
  CLOCK;

  /** Behind an event and before the next one's. */
  static final String ROW = "\1";

  static final String EVENT = "\0";

  /** Where an event, and the row of it, belongs; for {@link #CLOCK}, within its partition. */
  String of(int source, long time, int partition, long offset) {
    return switch (this) {
      case EVENT_TIME -> SortKey.number(time);
      case OFFSET -> SortKey.number(offset);
      case CLOCK -> SortKey.small(source) + SortKey.small(partition) + SortKey.number(offset);
    };
  }
}

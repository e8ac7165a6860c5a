package io.leat.features.offline.replay;

/**
 * The order in which a key's events and rows are replayed.
 *
 * <p>By event time, a row comes behind every event of its own time: it sees all events up to then.
 *
 * <p>By arrival, a row comes right behind its own event. Within a partition, arrival is the order
 * of offsets. Where events of several partitions or topics meet in one key's state, no offset says
 * which of two came first; there the time is taken at which the brokers appended them, which is
 * what the stream goes by too, as far as it keeps in step.
 */
public enum ReplayOrder {
  EVENT_TIME,
  /** All events that meet in a key's state come out of one partition. */
  OFFSET,
  /** They come out of several. */
  APPEND_TIME;

  /** An event comes before a row of the same place. */
  private static final String EVENT = "\0";

  private static final String ROW = "\1";
  private static final int OFFSET_WIDTH = SortKey.number(0).length();

  /** Where an event belongs by its time, and so does the row of it. */
  public static String place(long time) {
    return SortKey.number(time);
  }

  /** Where an event belongs by its arrival, and so does the row of it. */
  static String place(int source, Arrival arrival) {
    return SortKey.number(arrival.time())
        + SortKey.small(source)
        + SortKey.small(arrival.partition())
        + SortKey.number(arrival.offset());
  }

  /** An item's order within a bucket; the place is read back with {@link #placeOf}. */
  String within(String bucket, String place, boolean isRow) {
    return bucket
        + switch (this) {
          case EVENT_TIME, APPEND_TIME -> place;
          case OFFSET -> place.substring(place.length() - OFFSET_WIDTH);
        }
        + (isRow ? ROW : EVENT)
        + (this == OFFSET ? place : "");
  }

  /** The place that {@link #within} was given. */
  String placeOf(String order) {
    String behind = SortKey.behindBucket(order);
    return this == OFFSET
        ? behind.substring(OFFSET_WIDTH + ROW.length())
        : behind.substring(0, behind.length() - ROW.length());
  }
}

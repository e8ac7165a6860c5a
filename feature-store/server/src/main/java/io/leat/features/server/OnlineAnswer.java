package io.leat.features.server;

import io.leat.schemas.NullReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an {@link OnlineRequest}, column by column; entity keys come first.
 *
 * @param views the views that were read, each once
 * @param lag how far they are behind
 */
record OnlineAnswer(List<Column> columns, List<ServedView> views, Lag lag) {
  /** What is to be said of one value. */
  enum Status {
    /**
     * It cannot be told: the feature needs the event, or the window reaches behind what is kept.
     */
    INVALID(0),
    /** The value is there. */
    PRESENT(1),
    /** The key has state, and its value is null. */
    NULL_VALUE(2),
    /** The key has no state: the value is that of no events, of a count 0. */
    NOT_FOUND(3),
    /** The key has state, and no event that the window reaches; its value is null. */
    OUTSIDE_MAX_AGE(4);

    /** Places for an array by number. */
    static final int NUMBERS = 5;

    private final int number;

    Status(int number) {
      this.number = number;
    }

    /** Feast's number of it, from 0. */
    int number() {
      return number;
    }
  }

  /** One column: as many values, statuses and times as the request has rows. */
  static final class Column {
    private final String name;
    private final @Nullable Object[] values;
    private final @Nullable NullReason[] reasons;
    private final Status[] statuses;
    private final long[] eventTimes;

    /**
     * An empty column, to be {@link #set}.
     *
     * @param eventTimes newest event of each row's state, microseconds since 1970-01-01 UTC; 0
     *     where there is none. Columns of one view share one array
     */
    Column(String name, long[] eventTimes) {
      this.name = name;
      this.values = new @Nullable Object[eventTimes.length];
      this.reasons = new @Nullable NullReason[eventTimes.length];
      this.statuses = new Status[eventTimes.length];
      this.eventTimes = eventTimes;
    }

    /**
     * @param value Long, Double, Boolean, String, {@link java.math.BigInteger}, or the reason why
     *     there is none
     */
    void set(int row, Object value, Status status) {
      if (value instanceof NullReason reason) {
        reasons[row] = reason;
      } else {
        values[row] = value;
      }
      statuses[row] = status;
    }

    String name() {
      return name;
    }

    @Nullable Object[] values() {
      return values;
    }

    /** Of each value that is null, why; null of others. */
    @Nullable NullReason[] reasons() {
      return reasons;
    }

    Status[] statuses() {
      return statuses;
    }

    long[] eventTimes() {
      return eventTimes;
    }
  }
}

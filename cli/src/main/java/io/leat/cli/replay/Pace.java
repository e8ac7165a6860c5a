package io.leat.cli.replay;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast a file is replayed. */
sealed interface Pace {
  /**
   * When an event is due, as the time since the replay began.
   *
   * @param number the event's number, from 0
   * @param eventTime its event time, milliseconds
   * @param firstEventTime the first event's
   * @return empty: at once
   */
  OptionalLong dueNanos(long number, long eventTime, long firstEventTime);

  /** As fast as the broker takes them. */
  record Fastest() implements Pace {
    @Override
    public OptionalLong dueNanos(long number, long eventTime, long firstEventTime) {
      return OptionalLong.empty();
    }
  }

  /** So many events a second. */
  record Rate(double eventsPerSecond) implements Pace {
    private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/s)?");

    static Rate parse(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (!matcher.matches() || Double.parseDouble(matcher.group(1)) <= 0) {
        throw new IllegalArgumentException(
            "'" + text + "' is no rate; expected events per second, as in 200/s");
      }
      return new Rate(Double.parseDouble(matcher.group(1)));
    }

    @Override
    public OptionalLong dueNanos(long number, long eventTime, long firstEventTime) {
      return OptionalLong.of((long) (number / eventsPerSecond * 1e9));
    }
  }

  /** So many times as fast as the events happened. */
  record Speed(double factor) implements Pace {
    private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)x");

    static Speed parse(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (!matcher.matches() || Double.parseDouble(matcher.group(1)) <= 0) {
        throw new IllegalArgumentException(
            "'" + text + "' is no speed; expected a factor, as in 100x");
      }
      return new Speed(Double.parseDouble(matcher.group(1)));
    }

    @Override
    public OptionalLong dueNanos(long number, long eventTime, long firstEventTime) {
      double millis = Math.max(0, eventTime - firstEventTime) / factor;
      return OptionalLong.of((long) (millis * Duration.ofMillis(1).toNanos()));
    }
  }
}

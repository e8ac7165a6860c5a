package io.leat.pipeline.definition;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a monitor cuts what comes in into windows. Vectors are counted in panes: pieces of event time
 * as long as {@code every}, aligned to 1970-01-01 UTC, each vector in one. Windows are made of
 * whole panes that follow each other, and end where a pane ends:
 *
 * <ul>
 *   <li><b>tumbling</b>: a window is one pane;
 *   <li><b>sliding</b>: {@code length / every} panes, so that a window ends with each pane, and
 *       overlaps those before it;
 *   <li><b>by count</b>: as many panes as it takes to hold {@code events} vectors. The order of
 *       vectors is that of event time, as far as panes tell it: the same whenever and however they
 *       are read.
 * </ul>
 *
 * @param length of a window of time; of a pane where windows are by count
 * @param every length of a pane; {@code length} is a multiple of it
 * @param events the least number of vectors of a window by count; 0 where windows are of time
 */
public record MonitorWindows(Duration length, Duration every, int events) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A window has at most so many panes: those of a year of days. */
  public static final int MOST_PANES = 366;

  public MonitorWindows {
    if (every.isNegative() || every.isZero() || events < 0) {
      throw new IllegalArgumentException(
          "windows every %s of %d events; expected more than nothing".formatted(every, events));
    }
    if (!divides(every, length) || length.toMillis() / every.toMillis() > MOST_PANES) {
      throw new IllegalArgumentException(
          "windows of %s every %s; expected a whole number of panes, at most %d"
              .formatted(length, every, MOST_PANES));
    }
  }

  /** Whether a whole number of the one makes the other. */
  public static boolean divides(Duration every, Duration length) {
    return length.compareTo(every) >= 0 && length.toMillis() % every.toMillis() == 0;
  }

  public static MonitorWindows tumbling(Duration length) {
    return new MonitorWindows(length, length, 0);
  }

  public static MonitorWindows sliding(Duration length, Duration every) {
    return new MonitorWindows(length, every, 0);
  }

  /** Windows of at least so many vectors, each ending with the pane that completes it. */
  public static MonitorWindows ofEvents(int events, Duration every) {
    return new MonitorWindows(every, every, events);
  }

  public boolean areCounted() {
    return events > 0;
  }

  public boolean areSliding() {
    return panes() > 1;
  }

  /** How many panes a window of time has. */
  public int panes() {
    return (int) (length.toMillis() / every.toMillis());
  }

  /** How long a window is, for people: {@code 7d}, {@code 5000 events}. */
  public String text() {
    return areCounted() ? events + " events" : Durations.format(length);
  }
}

package io.leat.drift;

import java.util.ArrayList;
import java.util.List;

/**
 * Into which of a monitor's windows training rows fall, as vectors will: windows that do not
 * overlap, so each row into one. Immutable.
 */
final class ReferenceWindows {
  /** The number of what lies behind the last whole window by count. */
  static final long NONE = -1;

  private final CalibratedMonitor.Settings settings;
  private final long firstPane;
  private final long lastPane;

  /** Where each window by count ends, exclusive, ascending. */
  private final long[] ends;

  private final double length;

  /**
   * @param order the rows, in order of time; at least one
   * @param millis their event times, by row
   */
  ReferenceWindows(CalibratedMonitor.Settings settings, int[] order, long[] millis) {
    this.settings = settings;
    long first = millis[order[0]];
    long last = millis[order[order.length - 1]];
    this.firstPane = pane(first);
    this.lastPane = pane(last);
    this.ends = settings.isCounted() ? ends(order, millis) : new long[0];
    this.length = typicalMillis(settings, first, last, order.length);
  }

  /**
   * How long a window is, in milliseconds; of one by count how long it is on average at the rate at
   * which so many rows came from the first to the last.
   */
  static double typicalMillis(
      CalibratedMonitor.Settings settings, long first, long last, long rows) {
    return settings.isCounted()
        ? Math.max(
            (double) settings.windowMillis(), settings.events() * (double) (last - first) / rows)
        : (double) settings.windowMillis();
  }

  private long paneMillis() {
    return settings.isSliding() ? settings.everyMillis() : settings.windowMillis();
  }

  private long[] ends(int[] order, long[] millis) {
    List<Long> found = new ArrayList<>();
    int rows = 0;
    for (int i = 0; i < order.length; i++) {
      rows++;
      long pane = pane(millis[order[i]]);
      boolean isLastOfPane = i + 1 == order.length || pane(millis[order[i + 1]]) != pane;
      if (isLastOfPane && rows >= settings.events()) {
        found.add((pane + 1) * paneMillis());
        rows = 0;
      }
    }
    return found.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * The number of the window that a time lies in, as {@link WindowTime#number}; {@link #NONE} where
   * that is not whole.
   */
  long number(long millis) {
    if (!settings.isCounted()) {
      return Math.floorDiv(millis, settings.windowMillis());
    }
    int low = 0;
    int high = ends.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] > millis) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == ends.length ? NONE : low;
  }

  boolean isWhole(long number) {
    return !settings.isCounted() || number != NONE;
  }

  /** The number of the pane that a time lies in. */
  long pane(long millis) {
    return Math.floorDiv(millis, paneMillis());
  }

  /** The pane of the first row. */
  long firstPane() {
    return firstPane;
  }

  /** That of the last. */
  long lastPane() {
    return lastPane;
  }

  /** How long after a window the next ends, in milliseconds; by count on average. */
  double everyMillis() {
    return settings.isSliding() ? (double) settings.everyMillis() : length;
  }
}

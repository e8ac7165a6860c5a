package io.leat.drift.explanation;

import java.time.Duration;
import java.time.Instant;

/**
 * The windows of an episode that are explained, and those before it that they are compared with.
 *
 * @param from start of the first window before it
 * @param onset start of the first window in which the change shows
 * @param end end of the window that opened the episode, exclusive
 * @param window length of a window
 */
public record Span(Instant from, Instant onset, Instant end, Duration window) {
  public Span {
    if (from.isAfter(onset) || !onset.isBefore(end)) {
      throw new IllegalArgumentException(
          "windows from %s, since %s, until %s; expected them in this order"
              .formatted(from, onset, end));
    }
  }

  /** Windows in which the change shows, up to the one that opened the episode. */
  public long windows() {
    return Math.max(1, Duration.between(onset, end).dividedBy(window));
  }

  boolean isBefore(Instant time) {
    return !time.isBefore(from) && time.isBefore(onset);
  }

  boolean isSince(Instant time) {
    return !time.isBefore(onset) && time.isBefore(end);
  }
}

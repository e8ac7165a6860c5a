package io.leat.cli.up;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides whether and when a process that ended is started again: soon at first, then twice as late
 * each time, and not for ever. One that has run for long enough begins from the start. One thread
 * owns it.
 */
final class Restarts {
  /** As long as the slowest part, Flink, may need to settle after a start. */
  private static final Duration STABLE = Duration.ofMinutes(5);

  private static final Duration FIRST = Duration.ofSeconds(1);

  private final int most;
  private final Duration longest;
  private int row;

  /**
   * @param most restarts in a row
   * @param longest pause before one
   */
  private Restarts(int most, Duration longest) {
    this.most = most;
    this.longest = longest;
  }

  /** Six in a row, a minute of pauses altogether. */
  static Restarts few() {
    return new Restarts(6, Duration.ofSeconds(30));
  }

  /** Never gives up; at most ten minutes apart. */
  static Restarts endless() {
    return new Restarts(Integer.MAX_VALUE, Duration.ofMinutes(10));
  }

  /**
   * Takes in that the process has ended.
   *
   * @param running when it began to run; empty if it did not come that far
   * @return how long to wait before it is started again; empty: not any more
   */
  Optional<Duration> ended(Optional<Instant> running, Instant now) {
    if (running.isPresent() && Duration.between(running.get(), now).compareTo(STABLE) >= 0) {
      row = 0;
    }
    if (row == most) {
      return Optional.empty();
    }
    row++;
    Duration pause = FIRST.multipliedBy(1L << Math.min(row - 1, 20));
    return Optional.of(pause.compareTo(longest) < 0 ? pause : longest);
  }

  /** How often it has been started again since it last ran for long. */
  int row() {
    return row;
  }
}

package io.leat.drift;

/**
 * When a window was.
 *
 * @param start milliseconds since 1970-01-01 UTC
 * @param end exclusive
 * @param number windows that follow each other have numbers that do; of windows of time the start
 *     divided by the length
 */
public record WindowTime(long start, long end, long number) {
  public WindowTime {
    if (end <= start) {
      throw new IllegalArgumentException("a window from %d to %d".formatted(start, end));
    }
  }

  /** A window of time that begins then. */
  public static WindowTime of(long start, long length) {
    return new WindowTime(start, start + length, Math.floorDiv(start, length));
  }
}

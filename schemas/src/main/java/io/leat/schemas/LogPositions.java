package io.leat.schemas;

import io.leat.records.LogPosition;

/**
 * Text form of a {@link LogPosition}: {@code topic/partition/offset}; no topic name can hold a
 * slash.
 */
public final class LogPositions {
  private LogPositions() {}

  public static String format(LogPosition position) {
    return position.getTopic() + "/" + position.getPartition() + "/" + position.getOffset();
  }

  /**
   * Reads what {@link #format} wrote.
   *
   * @throws IllegalArgumentException if the text is not {@code topic/partition/offset}
   */
  public static LogPosition parse(String text) {
    int first = text.indexOf('/');
    int second = text.indexOf('/', first + 1);
    if (first < 1 || second < 0) {
      throw new IllegalArgumentException(
          "not a log position: '" + text + "'; expected topic/partition/offset");
    }
    try {
      return new LogPosition(
          text.substring(0, first),
          Integer.parseInt(text, first + 1, second, 10),
          Long.parseLong(text, second + 1, text.length(), 10));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "not a log position: '" + text + "'; expected topic/partition/offset", e);
    }
  }
}

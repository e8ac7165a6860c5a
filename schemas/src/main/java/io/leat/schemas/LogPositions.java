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
    String[] parts = text.split("/", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "not a log position: '" + text + "'; expected topic/partition/offset");
    }
    try {
      return new LogPosition(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "not a log position: '" + text + "'; expected topic/partition/offset", e);
    }
  }
}

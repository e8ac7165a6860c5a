package io.leat.schemas.backfill;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A place in every partition of a topic, which parts what lies before it from what follows.
 *
 * @param next by partition, from 0, the first offset behind the cut; each 0 or more
 */
public record LogCut(List<Long> next) {
  /** Before everything. */
  public static final LogCut START = new LogCut(List.of());

  /**
   * @throws IllegalArgumentException if an offset is negative
   */
  public LogCut {
    next = List.copyOf(next);
    if (next.stream().anyMatch(offset -> offset < 0)) {
      throw new IllegalArgumentException(
          "a cut at %s; expected offsets of 0 or more".formatted(next));
    }
  }

  /**
   * Whether a record lies before the cut. One whose place is not known (a negative partition) does;
   * one of a partition that the cut does not name lies behind it: the partition is younger.
   */
  public boolean isBefore(int partition, long offset) {
    return partition < 0 || (partition < next.size() && offset < next.get(partition));
  }

  /** The offsets, separated by commas. */
  @Override
  public String toString() {
    return next.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static LogCut parse(String text) {
    return text.isEmpty()
        ? START
        : new LogCut(Arrays.stream(text.split(",", -1)).map(Long::valueOf).toList());
  }
}

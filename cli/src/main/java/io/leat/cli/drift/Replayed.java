package io.leat.cli.drift;

import io.leat.drift.ColumnValues;
import io.leat.drift.DriftDetector;
import io.leat.drift.Segmenter;
import io.leat.drift.WindowSummary;
import io.leat.pipeline.definition.Segments;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows cut into a monitor's windows, to be replayed at other times: as a detector counts them, each
 * as bytes, since of thousands of streams only few windows fit into memory. Immutable.
 */
final class Replayed {
  private final long period;
  private final long first;
  private final int periods;
  private final TreeMap<Long, byte[]> windows = new TreeMap<>();

  /**
   * @param detector its monitor's windows
   * @param rows in any order
   * @param period length of what may be replayed at another time, in milliseconds: a whole number
   *     of windows and of weeks
   */
  Replayed(DriftDetector detector, List<String> features, List<VectorRow> rows, long period) {
    this.period = period;
    long from = rows.stream().mapToLong(VectorRow::time).min().orElse(0);
    long until = rows.stream().mapToLong(VectorRow::time).max().orElse(0);
    this.first = Math.floorDiv(from + period - 1, period);
    this.periods = (int) Math.max(0, Math.floorDiv(until + 1, period) - first);
    TreeMap<Long, WindowSummary> counted = new TreeMap<>();
    Segmenter segmenter = new Segmenter(detector.monitor().segments().keys(), features);
    int[] columns = detector.features().stream().mapToInt(features::indexOf).toArray();
    List<String> keys =
        detector.monitor().segments().keys().stream().map(Segments.Key::name).toList();
    int[] of = detector.segments().stream().mapToInt(keys::indexOf).toArray();
    for (VectorRow row : rows) {
      ColumnValues all = ColumnValues.nulls(row.values().size(), segmenter.of(row.values()));
      for (int column : columns) {
        all.put(column, row.values().get(column));
      }
      counted
          .computeIfAbsent(detector.windowStart(row.time()), start -> detector.newWindow())
          .add(all.at(columns, of));
    }
    counted.forEach((start, summary) -> windows.put(start, summary.toBytes()));
  }

  /** How many whole periods it has. */
  int periods() {
    return periods;
  }

  /** Takes a window that is replayed. */
  @FunctionalInterface
  interface Consumer {
    /** Returns whether to go on. */
    boolean accept(long windowStart, WindowSummary window);
  }

  /**
   * Replays blocks of periods that follow each other, drawn with replacement.
   *
   * @param from when the first begins: a multiple of the period
   * @param count how many periods
   * @param block periods of a block; no more than there are
   */
  void replay(DriftDetector detector, long from, int count, int block, Random random, Consumer to) {
    int source = 0;
    for (int i = 0; i < count; i++) {
      source = i % block == 0 ? random.nextInt(periods - block + 1) : source + 1;
      long begin = (first + source) * period;
      long moved = from + i * period - begin;
      for (var window : windows.subMap(begin, begin + period).entrySet()) {
        if (!to.accept(window.getKey() + moved, detector.readWindow(window.getValue()))) {
          return;
        }
      }
    }
  }

  /**
   * A vector: its event time in milliseconds, and values or the reasons for which there are none.
   */
  record VectorRow(long time, List<? extends @Nullable Object> values) {}
}

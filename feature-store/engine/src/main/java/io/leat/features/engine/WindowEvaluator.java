package io.leat.features.engine;

import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.FeatureView.Function;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates all windows of a view in one pass over its tiles: every window ends at the same tile,
 * so the tiles are walked from the newest to the oldest, and what has been gathered when a window's
 * first tile is passed is that window's aggregate. One thread's.
 */
final class WindowEvaluator {
  private final List<Aggregation> aggregations;
  private final Tiles tiles;
  private final long[] tilesInWindow;
  private final int[] start;

  /** How many of the windows, from the shortest, are still kept whole. */
  private int wholeWindows;

  /** Which measure serves each aggregation. */
  private final int[] measureOf;

  private final ExactSum sum = new ExactSum();

  /**
   * @param tilesInWindow windows' lengths in tiles, ascending
   */
  WindowEvaluator(List<Aggregation> aggregations, Tiles tiles, long[] tilesInWindow) {
    this.aggregations = aggregations;
    this.tiles = tiles;
    this.tilesInWindow = tilesInWindow;
    this.start = new int[tilesInWindow.length];
    this.measureOf =
        aggregations.stream()
            .mapToInt(
                aggregation ->
                    IntStream.range(0, tiles.measures.size())
                        .filter(m -> tiles.measures.get(m).serves(aggregation))
                        .findFirst()
                        .orElseThrow())
            .toArray();
  }

  /**
   * Values of every aggregation over every window, aggregation by aggregation; null where a window
   * reaches back to tiles that are no longer kept.
   *
   * @param head index of the last tile that the windows cover
   * @param lastForgotten index up to which tiles are no longer kept
   */
  @Nullable Object[] evaluate(long head, long lastForgotten) {
    int end = tiles.firstAfter(head);
    wholeWindows = 0;
    for (int w = 0; w < start.length; w++) {
      long beforeFirst = ViewEngine.minus(head, tilesInWindow[w]);
      start[w] = tiles.firstAfter(beforeFirst);
      wholeWindows += beforeFirst >= lastForgotten ? 1 : 0;
    }
    @Nullable Object[] values = new @Nullable Object[aggregations.size() * start.length];
    for (int m = 0; m < tiles.measures.size(); m++) {
      evaluate(m, end, values);
    }
    return values;
  }

  private void evaluate(int m, int end, @Nullable Object[] values) {
    Measure measure = tiles.measures.get(m);
    sum.clear();
    long count = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    int tile = end;
    for (int w = 0; w < wholeWindows; w++) {
      while (tile > start[w]) {
        int cell = tiles.cell(--tile, m);
        if (tiles.count[cell] > 0) {
          count += tiles.count[cell];
          if (measure.hasNumbers()) {
            min = Math.min(min, tiles.min[cell]);
            max = Math.max(max, tiles.max[cell]);
            sum.add(tiles.components, tiles.sumStart[cell], tiles.sumLength[cell]);
          }
        }
      }
      double total = count > 0 && measure.sum() ? sum.round() : 0;
      for (int a = 0; a < aggregations.size(); a++) {
        if (measureOf[a] == m) {
          values[a * start.length + w] = value(aggregations.get(a), count, total, min, max);
        }
      }
    }
  }

  private static @Nullable Object value(
      Aggregation aggregation, long count, double total, double min, double max) {
    if (count == 0 && aggregation.function() != Function.COUNT) {
      return aggregation.defaultValue().orElse(null);
    }
    return switch (aggregation.function()) {
      case COUNT -> count;
      case SUM -> total;
      case AVG -> total / count;
      case MIN -> min;
      case MAX -> max;
    };
  }
}

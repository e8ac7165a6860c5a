package io.leat.features.engine;

import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.schemas.NullReason;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates all windows of a view in one walk over its state: every window ends at the same tile,
 * so the walk goes from the newest tile to the oldest, and what has been gathered when a window's
 * first tile is passed is that window's aggregate. A block that no window's edge cuts is taken by
 * its sum; others are gone into. One thread's.
 */
final class WindowEvaluator {
  private final List<Aggregation> aggregations;
  private final StateTree tree;
  private final Duration[] windows;
  private final long[] tilesInWindow;
  private final double unitsPerSecond;
  private final ColumnValue[] values;

  /** Which measure serves each aggregation. */
  private final int[] measureOf;

  /** Where each aggregation's values begin. */
  private final int[] firstColumn;

  private final int columns;
  private final Cell[] gathered;

  /** Index of the last tile before each window. */
  private final long[] before;

  private long head;
  private long time;

  /** Which windows are still kept whole. */
  private final boolean[] whole;

  /** The window whose first tile comes next; {@link #windowsToWalk} when the walk is over. */
  private int window;

  /** How many of the windows, from the shortest, it takes to reach the last whole one. */
  private int windowsToWalk;

  private @Nullable Object[] result = {};

  /** What one aggregation makes of the measure that serves it. */
  private interface ColumnValue {
    /**
     * Writes the aggregation's values over a window from a place of the result on; where there is
     * none the reason, but for {@link NullReason#NO_EVENT}.
     */
    void write(Cell cell, Duration window, long time, @Nullable Object[] result, int place);
  }

  /**
   * @param resolution length of a tile, in the unit of the events' times
   */
  WindowEvaluator(
      FeatureView view, Measure[] measures, EventIdentity events, long resolution, StateTree tree) {
    this.aggregations = view.aggregations();
    this.tree = tree;
    this.windows = view.windowLengths().toArray(Duration[]::new);
    this.tilesInWindow =
        view.windowLengths().stream()
            .mapToLong(
                w ->
                    w.equals(Durations.LIFETIME)
                        ? Long.MAX_VALUE
                        : w.toMillis() * events.unitsPerMilli() / resolution)
            .toArray();
    this.unitsPerSecond = 1_000.0 * events.unitsPerMilli();
    this.before = new long[windows.length];
    this.whole = new boolean[windows.length];
    this.gathered = Cell.of(measures);
    this.measureOf = new int[aggregations.size()];
    this.firstColumn = new int[aggregations.size()];
    this.values = new ColumnValue[aggregations.size()];
    int column = 0;
    for (int a = 0; a < measureOf.length; a++) {
      Aggregation aggregation = aggregations.get(a);
      measureOf[a] =
          IntStream.range(0, measures.length)
              .filter(m -> measures[m].serves(aggregation))
              .findFirst()
              .orElseThrow();
      firstColumn[a] = column;
      column += windows.length * aggregation.width();
      values[a] = value(aggregation, measures[measureOf[a]]);
    }
    this.columns = column;
  }

  /**
   * Values of every column, or why there is none.
   *
   * @param headTile index of the last tile that the windows cover
   * @param end time at which the windows end
   * @param lastForgotten index up to which tiles are no longer kept
   * @param lastRemoved index up to which tiles may have been removed with an idle key's state
   * @param open whether the tree is at a key that has a state
   * @param late whether the time lies before all that is kept
   */
  Object[] evaluate(
      long headTile, long end, long lastForgotten, long lastRemoved, boolean open, boolean late) {
    long lastLost = Math.max(lastForgotten, lastRemoved);
    head = headTile;
    time = end;
    window = 0;
    windowsToWalk = 0;
    for (int w = 0; w < windows.length; w++) {
      boolean lifetime = tilesInWindow[w] == Long.MAX_VALUE;
      before[w] = lifetime ? Long.MIN_VALUE : ViewEngine.minus(head, tilesInWindow[w]);
      whole[w] = (lifetime ? head : before[w]) >= lastLost;
      windowsToWalk = whole[w] ? w + 1 : windowsToWalk;
    }
    for (Cell cell : gathered) {
      cell.clear();
    }
    result = new @Nullable Object[columns];
    if (open) {
      walk(tree.root());
    }
    while (window < windowsToWalk) {
      if (open && before[window] == Long.MIN_VALUE) {
        addPast();
      }
      finishWindow();
    }
    for (int w = 0; w < windows.length; w++) {
      if (!whole[w]) {
        boolean kept = before[w] >= lastForgotten;
        leaveOut(w, late ? NullReason.LATE : kept ? NullReason.REMOVED : NullReason.NOT_KEPT);
      }
    }
    return result;
  }

  private void walk(Node node) {
    for (int i = node.size - 1; i >= 0; i--) {
      Node.Slot slot = node.slot(i);
      long first = node.firstTile(slot);
      if (first > head) {
        continue;
      }
      long last = node.lastTile(slot);
      while (window < windowsToWalk && last <= before[window]) {
        finishWindow();
      }
      if (window == windowsToWalk) {
        return;
      }
      if (slot.summed && last <= head && first > before[window]) {
        Node.merge(slot, gathered);
      } else {
        walk(tree.child(node, slot));
      }
    }
  }

  private void addPast() {
    Cell[] past = tree.root().past;
    if (past != null) {
      for (int m = 0; m < past.length; m++) {
        gathered[m].merge(past[m]);
      }
    }
  }

  private void finishWindow() {
    for (int a = 0; a < values.length && whole[window]; a++) {
      Cell cell = gathered[measureOf[a]];
      Aggregation aggregation = aggregations.get(a);
      int place = firstColumn[a] + window * aggregation.width();
      values[a].write(cell, windows[window], time, result, place);
      for (int i = place; i < place + aggregation.width(); i++) {
        result[i] = valueOrReason(result[i], aggregation);
      }
    }
    window++;
  }

  private static Object valueOrReason(@Nullable Object written, Aggregation aggregation) {
    Object found = written;
    if (written == null) {
      found = NullReason.NO_EVENT;
    } else if (written instanceof Double number && !Double.isFinite(number)) {
      found = NullReason.NOT_FINITE;
    }
    // A default is for a window without values, not for a value that is too large.
    boolean isEmpty = found instanceof NullReason && found != NullReason.NOT_FINITE;
    return isEmpty && aggregation.defaultValue().isPresent()
        ? aggregation.defaultValue().get()
        : found;
  }

  /** Says of every value over a window why there is none; no default is put in its place. */
  private void leaveOut(int unknown, NullReason reason) {
    for (int a = 0; a < values.length; a++) {
      int width = aggregations.get(a).width();
      int place = firstColumn[a] + unknown * width;
      Arrays.fill(result, place, place + width, reason);
    }
  }

  private ColumnValue value(Aggregation aggregation, Measure measure) {
    ColumnValue whereAny = valueOfSome(aggregation, measure);
    return switch (aggregation.function()) {
      case COUNT -> (cell, window, time, result, place) -> result[place] = cell.count();
      case RATE ->
          (cell, window, time, result, place) ->
              result[place] = cell.count() / (window.toMillis() / 1_000.0);
      case COUNT_DISTINCT ->
          (cell, window, time, result, place) -> {
            if (cell.count() == 0) {
              result[place] = 0L;
            } else {
              whereAny.write(cell, window, time, result, place);
            }
          };
      case SUM,
          AVG,
          MIN,
          MAX,
          VARIANCE,
          STDDEV,
          FIRST,
          LAST,
          LATEST,
          LAST_N,
          QUANTILE,
          TOP_K,
          EWMA,
          TIME_SINCE_LAST,
          DELTA ->
          (cell, window, time, result, place) -> {
            if (cell.count() > 0) {
              whereAny.write(cell, window, time, result, place);
            }
          };
    };
  }

  /** As {@link #value}, of a cell that holds something. */
  private ColumnValue valueOfSome(Aggregation aggregation, Measure measure) {
    double parameter = aggregation.parameter().orElse(0.0);
    return switch (aggregation.function()) {
      case COUNT, RATE -> (cell, window, time, result, place) -> {};
      case SUM -> {
        int sum = measure.indexOf(Measure.Family.SUM, 0);
        yield (cell, window, time, result, place) ->
            result[place] = ((SumAccumulator) cell.part(sum)).sum.round();
      }
      case AVG -> {
        int sum = measure.indexOf(Measure.Family.SUM, 0);
        yield (cell, window, time, result, place) ->
            result[place] = ((SumAccumulator) cell.part(sum)).sum.dividedBy(cell.count());
      }
      case MIN -> extreme(measure.indexOf(Measure.Family.MINIMUM, 0));
      case MAX -> extreme(measure.indexOf(Measure.Family.MAXIMUM, 0));
      case VARIANCE -> variance(measure, false);
      case STDDEV -> variance(measure, true);
      case FIRST -> ends(measure.indexOf(Measure.Family.OLDEST, 0), 1);
      case LAST -> ends(measure.indexOf(Measure.Family.NEWEST, 0), 1);
      case LATEST -> {
        int newest = measure.indexOf(Measure.Family.NEWEST, 0);
        yield (cell, window, time, result, place) -> {
          Object value = ((EndsAccumulator) cell.part(newest)).value(0);
          result[place] = value == null ? NullReason.NULL_IN_NEWEST_EVENT : value;
        };
      }
      case LAST_N -> ends(measure.indexOf(Measure.Family.NEWEST, 0), (int) parameter);
      case DELTA -> {
        int newest = measure.indexOf(Measure.Family.NEWEST, 0);
        yield (cell, window, time, result, place) -> {
          EndsAccumulator ends = (EndsAccumulator) cell.part(newest);
          result[place] =
              ends.size() < 2
                  ? NullReason.TOO_FEW_VALUES
                  : (Object) difference(ends.value(0), ends.value(1));
        };
      }
      case COUNT_DISTINCT -> {
        int distinct = measure.indexOf(Measure.Family.DISTINCT, 0);
        yield (cell, window, time, result, place) ->
            result[place] = ((DistinctAccumulator) cell.part(distinct)).estimate();
      }
      case QUANTILE -> {
        int quantiles = measure.indexOf(Measure.Family.QUANTILES, 0);
        yield (cell, window, time, result, place) ->
            result[place] =
                ((QuantileAccumulator) cell.part(quantiles)).quantile(parameter, cell.count());
      }
      case TOP_K -> {
        int frequencies = measure.indexOf(Measure.Family.FREQUENCIES, 0);
        yield (cell, window, time, result, place) -> {
          List<@Nullable Object> top =
              ((FrequencyAccumulator) cell.part(frequencies)).top((int) parameter);
          NullReason others =
              top.isEmpty() ? NullReason.TOO_MANY_VALUES : NullReason.TOO_FEW_VALUES;
          for (int i = 0; i < (int) parameter; i++) {
            result[place + i] = i < top.size() ? top.get(i) : others;
          }
        };
      }
      case EWMA -> {
        int decay = measure.indexOf(Measure.Family.DECAY, parameter);
        yield (cell, window, time, result, place) ->
            result[place] = ((DecayAccumulator) cell.part(decay)).average();
      }
      case TIME_SINCE_LAST -> {
        int times = measure.indexOf(Measure.Family.TIMES, 0);
        yield (cell, window, time, result, place) ->
            result[place] =
                ((TimesAccumulator) cell.part(times)).secondsSince(time, unitsPerSecond);
      }
    };
  }

  /** The difference of two numbers or booleans, rounded once. */
  private static double difference(Object one, Object other) {
    return one instanceof Long || other instanceof Long
        ? decimal(one).subtract(decimal(other)).doubleValue()
        : NumericField.toDouble(one) - NumericField.toDouble(other);
  }

  private static BigDecimal decimal(Object number) {
    return number instanceof Long whole
        ? BigDecimal.valueOf(whole)
        : new BigDecimal(NumericField.toDouble(number));
  }

  private static ColumnValue extreme(int index) {
    return (cell, window, time, result, place) ->
        result[place] = ((ExtremeAccumulator) cell.part(index)).extreme;
  }

  private static ColumnValue ends(int index, int width) {
    return (cell, window, time, result, place) -> {
      EndsAccumulator ends = (EndsAccumulator) cell.part(index);
      for (int i = 0; i < width; i++) {
        result[place + i] = i < ends.size() ? ends.value(i) : NullReason.TOO_FEW_VALUES;
      }
    };
  }

  private static ColumnValue variance(Measure measure, boolean root) {
    int sum = measure.indexOf(Measure.Family.SUM, 0);
    int squares = measure.indexOf(Measure.Family.SQUARES, 0);
    ExactSum scratch = new ExactSum();
    return (cell, window, time, result, place) -> {
      if (cell.count() < 2) {
        result[place] = NullReason.TOO_FEW_VALUES;
        return;
      }
      SquaresAccumulator ofSquares = (SquaresAccumulator) cell.part(squares);
      if (ofSquares.isIncomplete()) {
        result[place] = NullReason.NOT_FINITE;
        return;
      }
      ExactSum total = ((SumAccumulator) cell.part(sum)).sum;
      result[place] =
          root
              ? ofSquares.deviation(cell.count(), total, scratch)
              : ofSquares.variance(cell.count(), total, scratch);
    };
  }
}

package io.leat.features.engine;

import static java.util.Objects.requireNonNull;

import io.leat.features.aggregation.Accumulator;
import io.leat.features.aggregation.AccumulatorKind;
import io.leat.features.aggregation.AccumulatorSpec;
import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregatedWindow;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.schemas.NullReason;
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
  private final long[] tilesInWindow;
  private final double unitsPerSecond;
  private final double[] secondsOf;
  private final Seen[] seen;

  /** Where each aggregation's values begin. */
  private final int[] firstColumn;

  private final int columns;
  private final PartialAggregate[] gathered;

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

  /**
   * @param resolution length of a tile, in the unit of the events' times
   */
  WindowEvaluator(
      FeatureView view,
      AggregationInput[] inputs,
      EventIdentity events,
      long resolution,
      StateTree tree) {
    this.aggregations = view.aggregations();
    this.tree = tree;
    this.tilesInWindow =
        view.windowLengths().stream()
            .mapToLong(
                w ->
                    w.equals(Durations.LIFETIME)
                        ? Long.MAX_VALUE
                        : w.toMillis() * events.unitsPerMilli() / resolution)
            .toArray();
    this.unitsPerSecond = 1_000.0 * events.unitsPerMilli();
    this.before = new long[tilesInWindow.length];
    this.whole = new boolean[tilesInWindow.length];
    this.gathered = PartialAggregate.of(inputs);
    this.secondsOf =
        view.windowLengths().stream().mapToDouble(w -> w.toMillis() / 1_000.0).toArray();
    this.firstColumn = new int[aggregations.size()];
    this.seen = new Seen[aggregations.size()];
    int column = 0;
    for (int a = 0; a < seen.length; a++) {
      Aggregation aggregation = aggregations.get(a);
      int input =
          IntStream.range(0, inputs.length)
              .filter(m -> inputs[m].serves(aggregation))
              .findFirst()
              .orElseThrow();
      firstColumn[a] = column;
      column += tilesInWindow.length * aggregation.width();
      seen[a] = new Seen(aggregation, inputs[input], gathered[input]);
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
    for (int w = 0; w < tilesInWindow.length; w++) {
      boolean lifetime = tilesInWindow[w] == Long.MAX_VALUE;
      before[w] = lifetime ? Long.MIN_VALUE : ViewEngine.minus(head, tilesInWindow[w]);
      whole[w] = (lifetime ? head : before[w]) >= lastLost;
      windowsToWalk = whole[w] ? w + 1 : windowsToWalk;
    }
    for (PartialAggregate partial : gathered) {
      partial.clear();
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
    for (int w = 0; w < tilesInWindow.length; w++) {
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
    PartialAggregate[] past = tree.root().past;
    if (past != null) {
      for (int m = 0; m < past.length; m++) {
        gathered[m].merge(past[m]);
      }
    }
  }

  private void finishWindow() {
    for (int a = 0; a < seen.length && whole[window]; a++) {
      Aggregation aggregation = aggregations.get(a);
      int place = firstColumn[a] + window * aggregation.width();
      seen[a].finish(place, aggregation.width());
      for (int i = place; i < place + aggregation.width(); i++) {
        result[i] = valueOrReason(requireNonNull(result[i]), aggregation);
      }
    }
    window++;
  }

  private static Object valueOrReason(Object found, Aggregation aggregation) {
    if (found instanceof Double number && !Double.isFinite(number)) {
      return NullReason.NOT_FINITE;
    }
    // A default is for a window without values, not for a value that is too large.
    boolean isEmpty = found instanceof NullReason && found != NullReason.NOT_FINITE;
    return isEmpty && aggregation.defaultValue().isPresent()
        ? aggregation.defaultValue().get()
        : found;
  }

  /** Says of every value over a window why there is none; no default is put in its place. */
  private void leaveOut(int unknown, NullReason reason) {
    for (int a = 0; a < seen.length; a++) {
      int width = aggregations.get(a).width();
      int place = firstColumn[a] + unknown * width;
      Arrays.fill(result, place, place + width, reason);
    }
  }

  /** What one aggregation's function sees of a window. */
  private final class Seen implements AggregatedWindow {
    private final AggregateFunction function;
    private final double parameter;
    private final AccumulatorSpec[] needed;

    /** Where the accumulators that it needs stand among the input's parts. */
    private final int[] places;

    private final PartialAggregate partial;

    Seen(Aggregation aggregation, AggregationInput input, PartialAggregate partial) {
      this.function = aggregation.function();
      this.parameter = aggregation.parameter().orElse(0.0);
      this.needed = AggregationInput.needs(aggregation).toArray(AccumulatorSpec[]::new);
      this.places = Arrays.stream(needed).mapToInt(input::indexOf).toArray();
      this.partial = partial;
    }

    /** Writes the values over the window that is finished, or why there are none. */
    void finish(int place, int width) {
      if (partial.count() > 0) {
        function.finish(this, result, place);
      } else {
        Object empty = function.emptyValue();
        Arrays.fill(result, place, place + width, empty == null ? NullReason.NO_EVENT : empty);
      }
    }

    @Override
    public long count() {
      return partial.count();
    }

    @Override
    @SuppressWarnings("unchecked") // a place holds what the kind there has made
    public <A extends Accumulator> A get(AccumulatorKind<A> kind) {
      for (int i = 0; i < needed.length; i++) {
        if (needed[i].kind().id() == kind.id()) {
          return (A) partial.part(places[i]);
        }
      }
      throw new IllegalArgumentException(
          "%s does not name the accumulator %s that it uses"
              .formatted(function.name(), kind.name()));
    }

    @Override
    public double parameter() {
      return parameter;
    }

    @Override
    public double seconds() {
      return secondsOf[window];
    }

    @Override
    public long end() {
      return time;
    }

    @Override
    public double unitsPerSecond() {
      return unitsPerSecond;
    }
  }
}

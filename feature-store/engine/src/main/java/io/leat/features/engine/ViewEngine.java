package io.leat.features.engine;

import io.leat.pipeline.Durations;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Aggregation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * One feature view: folds events into the state of their key, and evaluates that state at a time.
 * Not thread-safe: its buffers are used again for every key; one a thread.
 *
 * <p><b>Windows.</b> With window w, offset d and resolution r, evaluation at time t covers the
 * tiles whose index is in (floor((t-d)/r) - w/r, floor((t-d)/r)]; with r = 1 ms that is exactly
 * (t-d-w, t-d].
 *
 * <p><b>Late events.</b> A tile is kept as long as some window, ending {@code grace} behind the
 * key's newest event or later, covers it: for max(window) + offset + grace. An event whose tile is
 * no longer kept is late, and changes nothing; any other folds into its tile. A window that reaches
 * back to tiles no longer kept, as only evaluation more than {@code grace} behind the key's newest
 * event can ask for, has no value: it is null, a count too, and no default stands for it.
 *
 * <p><b>Order.</b> A state's bytes, and every value but those nulls, are functions of the
 * <em>set</em> of events, late ones or not; the order of arrival changes no bit. Sums are exact
 * until they are rounded, once, at evaluation ({@link ExactSum}); an average is that rounded sum
 * divided by the count (Python's {@code math.fsum(x) / len(x)}).
 *
 * <p><b>Values.</b> Null values, values that are not finite or have a magnitude of 2^960 or more,
 * and events for which {@code where} does not hold, is null, or fails, are passed over. Booleans
 * are 0 and 1; longs beyond 2^53 become the nearest double. A count over a field counts the values
 * that were not passed over.
 *
 * <p>A step for a key of n tiles takes time linear in n: some 30 ns a tile.
 */
public final class ViewEngine {
  private final FeatureView view;
  private final List<String> columns;
  private final EventValues values;
  private final Tiles tiles;
  private final StateCodec codec;
  private final WindowEvaluator evaluator;
  private final long resolution;
  private final long offset;
  private final long grace;
  private final long tilesInLongestWindow;

  /** Index up to which tiles of the key in the buffers are no longer kept. */
  private long lastForgotten;

  /**
   * @param source the current schema of the view's source; events given to this engine have it
   * @throws IllegalArgumentException if a field is not in the schema or not numeric, a filter does
   *     not compile, or a window or the offset is not a multiple of the resolution
   */
  public ViewEngine(FeatureView view, Schema source) {
    this.view = view;
    this.resolution = view.resolution().toMillis();
    this.offset = view.offset().toMillis();
    this.grace = view.grace().toMillis();
    check(view);
    List<Measure> measures = Measure.of(view.aggregations());
    this.columns = columnsOf(view);
    this.values = new EventValues(view, source, measures);
    this.tiles = new Tiles(measures);
    this.codec = new StateCodec(view.id(), measures);
    long[] tilesInWindow =
        view.windows().stream().mapToLong(w -> w.toMillis() / resolution).toArray();
    this.tilesInLongestWindow = tilesInWindow[tilesInWindow.length - 1];
    this.evaluator = new WindowEvaluator(view.aggregations(), tiles, tilesInWindow);
  }

  /**
   * A state after an event.
   *
   * @param state the state to store; the very array that was given where nothing changed
   * @param late whether the event came too late to change it
   */
  public record Update(byte[] state, boolean late) {}

  /**
   * A state after an event, and the values at the event's time.
   *
   * @param state see {@link Update}
   * @param late see {@link Update}
   * @param values as {@link #evaluate} gives them, the event included; all null where it is late
   */
  public record Step(byte[] state, boolean late, @Nullable Object[] values) {}

  /** Names of the values: each aggregation in declared order over each window, shortest first. */
  public List<String> columns() {
    return columns;
  }

  /** The view. */
  public FeatureView view() {
    return view;
  }

  /** How many evaluations of {@code where} filters failed since this engine was made. */
  public long failedFilters() {
    return values.failedFilters();
  }

  /**
   * Folds an event into the state of its key.
   *
   * @param state the key's state; null where the key has none
   * @param event of the source's schema
   * @param eventId the event's id; orders events of one time where a function needs an order (none
   *     of today's does)
   * @param eventTimeMillis milliseconds since 1970-01-01 UTC; may be negative
   * @throws StateFormatException if the state is not one of this view, or of a later layout
   * @throws IllegalArgumentException if the event does not have the source's schema
   */
  public Update update(
      byte @Nullable [] state, GenericRecord event, String eventId, long eventTimeMillis) {
    long tile = Math.floorDiv(eventTimeMillis, resolution);
    long newest = eventTimeMillis;
    if (state == null) {
      tiles.clear();
    } else {
      newest = Math.max(newest, decode(state));
      if (tile <= lastForgotten) {
        return new Update(state, true);
      }
    }
    lastForgotten = lastForgotten(newest);
    tiles.fold(tile, values.of(event));
    byte[] updated = codec.encode(newest, resolution, tiles, tiles.firstAfter(lastForgotten));
    return new Update(updated, false);
  }

  /**
   * Evaluates every aggregation over every window.
   *
   * @param state the key's state; null where the key has none
   * @param timeMillis milliseconds since 1970-01-01 UTC
   * @return one value a column: Long for counts, Double otherwise; null over no values where the
   *     aggregation has no default, and over a window that is no longer kept. The array is the
   *     caller's
   * @throws StateFormatException if the state is not one of this view, or of a later layout
   */
  public @Nullable Object[] evaluate(byte @Nullable [] state, long timeMillis) {
    if (state == null) {
      tiles.clear();
      lastForgotten = Long.MIN_VALUE;
    } else {
      decode(state);
    }
    return evaluateTiles(timeMillis);
  }

  /**
   * {@link #update}, then {@link #evaluate} at the event's time, with one decoding for both; takes
   * and throws what they do.
   */
  public Step updateAndEvaluate(
      byte @Nullable [] state, GenericRecord event, String eventId, long eventTimeMillis) {
    Update update = update(state, event, eventId, eventTimeMillis);
    return new Step(update.state(), update.late(), evaluateTiles(eventTimeMillis));
  }

  /**
   * The newest event time that a key's state has seen, milliseconds since 1970-01-01 UTC.
   *
   * @throws StateFormatException if the state is not one of this view, or of a later layout
   */
  public long newestEventTime(byte[] state) {
    return codec.newest(state);
  }

  /** Decodes a state into the buffers, and gives the key's newest event time. */
  private long decode(byte[] state) {
    long newest = codec.decode(state, resolution, tiles);
    lastForgotten = lastForgotten(newest);
    return newest;
  }

  private @Nullable Object[] evaluateTiles(long time) {
    return evaluator.evaluate(Math.floorDiv(minus(time, offset), resolution), lastForgotten);
  }

  /** Index of the newest tile that no window at newest - grace or later covers. */
  private long lastForgotten(long newest) {
    return minus(
        Math.floorDiv(minus(minus(newest, grace), offset), resolution), tilesInLongestWindow);
  }

  /** The difference, or the smallest long where it would be smaller; the subtrahend is positive. */
  static long minus(long value, long positive) {
    long difference = value - positive;
    return difference > value ? Long.MIN_VALUE : difference;
  }

  static List<String> columnsOf(FeatureView view) {
    List<String> columns = new ArrayList<>();
    for (Aggregation aggregation : view.aggregations()) {
      for (Duration window : view.windows()) {
        columns.add(aggregation.name() + "_" + Durations.format(window));
      }
    }
    return List.copyOf(columns);
  }

  private void check(FeatureView view) {
    require(resolution > 0, "has resolution %s; expected at least 1ms", view.resolution());
    require(offset >= 0, "has offset %s; expected 0 or more", view.offset());
    require(grace >= 0, "has grace %s; expected 0 or more", view.grace());
    require(!view.windows().isEmpty(), "has no window%s; expected at least one", "");
    require(
        offset % resolution == 0,
        "has offset %s, which is not a multiple of its resolution",
        view.offset());
    long previous = 0;
    for (Duration window : view.windows()) {
      long length = window.toMillis();
      require(length > previous, "has window %s, not longer than the one before it", window);
      require(
          length % resolution == 0,
          "has window %s, which is not a multiple of its resolution",
          window);
      previous = length;
    }
  }

  private void require(boolean condition, String message, Object found) {
    if (!condition) {
      String text = found instanceof Duration duration ? Durations.format(duration) : "" + found;
      throw new IllegalArgumentException("view " + view.id() + " " + message.formatted(text));
    }
  }
}

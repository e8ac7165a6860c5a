package io.leat.features.engine;

import io.leat.features.aggregation.StateFormatException;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView;
import io.leat.schemas.NullReason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.avro.generic.GenericRecord;

/**
 * One feature view: folds events into the state of their key, and evaluates that state at a time.
 * Not thread-safe: its buffers are used again for every key; one a thread.
 *
 * <p><b>Windows.</b> With window w, offset d and resolution r, evaluation at time t covers the
 * tiles whose index is in (floor((t-d)/r) - w/r, floor((t-d)/r)]. A lifetime covers every tile up
 * to floor((t-d)/r). A resolution of 1 ms is {@code exact}: a tile is one unit of the time that the
 * source's contract declares, a millisecond or a microsecond, and the window is (t-d-w, t-d].
 *
 * <p><b>Late events.</b> A tile is kept as long as some window, ending {@code grace} behind the
 * key's newest event or later, covers it: for max(window) + offset + grace. An event whose tile is
 * no longer kept is late, and changes nothing; any other folds into its tile. A window that reaches
 * back to tiles no longer kept, as only evaluation more than {@code grace} behind the key's newest
 * event can ask for, has no value: a {@link NullReason} stands in its place, of a count too, and no
 * default stands for it. A lifetime gathers what is no longer kept, so that no event is late for
 * it. A key without a state has had no event: its windows are empty, as any others are.
 *
 * <p><b>Idle keys.</b> {@link #removeIfIdle} leaves one time for all the keys whose states it has
 * removed from the same entries: the newest of their event times. A key without a state may have
 * had events up to then. So what lies there is late for it, a window that reaches back to there has
 * no value ({@link NullReason#REMOVED}), and a state that is begun keeps that time as long as some
 * window can reach it.
 *
 * <p><b>Order.</b> Every value but those unknown ones is a function of the <em>set</em> of events,
 * late ones or not; the order of arrival changes no bit. Sums are exact until they are rounded,
 * once, at evaluation ({@link ExactSum}); an average is that rounded sum divided by the count
 * (Python's {@code math.fsum(x) / len(x)}). Events of one time are in the order of their ids
 * ({@link EventIdentity}).
 *
 * <p><b>Values.</b> Null values, numbers that are not finite, and events for which {@code where}
 * does not hold, is null, or fails, are passed over. Booleans are 0 and 1; longs keep all of their
 * digits until a value is rounded. A value beyond the greatest double is null. A count over a field
 * counts the values that were not passed over. An event that every aggregation passes over changes
 * nothing, and is not the key's newest.
 *
 * <p>A step takes some 20 ns a tile for a key of up to 128 tiles; for a busier one, a constant that
 * grows with the logarithm of the number of tiles ({@link StateTree}).
 */
public final class ViewEngine {
  private static final Duration EXACT = Duration.ofMillis(1);

  /** Begins as no key does, nor the name of a part of a key's state. */
  private static final byte[] REMOVED_UP_TO = {(byte) 0xFF, (byte) 0xFD};

  private final FeatureView view;
  private final List<String> columns;
  private final EventIdentity identity;
  private final EventValues values;
  private final StateTree tree;
  private final WindowEvaluator evaluator;
  private final long resolution;
  private final long offset;
  private final long grace;
  private final boolean hasLifetime;
  private final long tilesInLongestWindow;

  /** Index up to which tiles of the key that the tree is at are no longer kept. */
  private long lastForgotten;

  /** Index up to which tiles of that key may have been removed before its state was begun. */
  private long lastRemoved;

  /** Whether that key has a state. */
  private boolean open;

  /**
   * An engine that keeps nothing between two calls: entries may change under it.
   *
   * @param source the contract of the view's source; events given to this engine have its schema
   * @throws IllegalArgumentException if a field is not in the schema or not of the type that its
   *     function takes, a filter does not compile, or a window or the offset is not a multiple of
   *     the resolution
   */
  public ViewEngine(FeatureView view, Contract source) {
    this(view, source, 0);
  }

  /**
   * An engine that is the only one to write its entries, and so may keep parts of busy keys' states
   * decoded; throws as {@link #ViewEngine(FeatureView, Contract)}.
   *
   * @param cachedNodes how many parts; each takes some 5 to 20 kB for an aggregation or two
   */
  public ViewEngine(FeatureView view, Contract source, int cachedNodes) {
    this(view, source, cachedNodes, StateTree.Shape.USUAL);
  }

  ViewEngine(FeatureView view, Contract source, int cachedNodes, StateTree.Shape shape) {
    this.view = view;
    this.identity = new EventIdentity(source);
    check(view);
    this.resolution = view.resolution().equals(EXACT) ? 1 : units(view.resolution());
    this.offset = units(view.offset());
    this.grace = units(view.grace());
    AggregationInput[] inputs =
        AggregationInput.of(view.aggregations(), identity).toArray(AggregationInput[]::new);
    this.columns = view.columns().stream().map(FeatureView.Column::name).toList();
    this.values = new EventValues(view, source.schema(), identity, List.of(inputs));
    this.hasLifetime = view.windowLengths().contains(Durations.LIFETIME);
    this.tilesInLongestWindow =
        view.windowLengths().stream()
            .filter(window -> !window.equals(Durations.LIFETIME))
            .mapToLong(window -> units(window) / resolution)
            .max()
            .orElse(0);
    long span = tilesInLongestWindow + Math.floorDiv(offset + grace, resolution) + 1;
    this.tree =
        new StateTree(
            inputs,
            new NodeCodec(view.id().toString(), inputs, identity, resolution),
            span,
            hasLifetime,
            cachedNodes,
            shape);
    this.evaluator = new WindowEvaluator(view, inputs, identity, resolution, tree);
  }

  /**
   * What became of an event.
   *
   * @param late whether it came too late to change anything
   * @param values as {@link #evaluate} gives them at the event's time, the event included
   */
  public record Step(boolean late, Object[] values) {}

  /** Names of the values, in the order of {@link FeatureView#columns}. */
  public List<String> columns() {
    return columns;
  }

  /** The view. */
  public FeatureView view() {
    return view;
  }

  /**
   * Length of a tile in microseconds: the view's resolution; one unit of the source's event time
   * where that is {@code exact}.
   */
  public long resolutionMicros() {
    return identity.toMicros(resolution);
  }

  /** How many evaluations of {@code where} filters failed since this engine was made. */
  public long failedFilters() {
    return values.failedFilters();
  }

  /**
   * Folds an event into the state of its key.
   *
   * @param entries where the view's states lie
   * @param key UTF-8 of the key; not changed from here on
   * @param event of the source's schema; its id and its time are those that the contract names
   * @return whether it came too late, and changed nothing
   * @throws StateFormatException if the state is not one of this view, or of a later layout
   * @throws IllegalArgumentException if the event does not have the source's schema, or no id or
   *     event time
   */
  public boolean update(Entries.Mutable entries, byte[] key, GenericRecord event) {
    return update(entries, key, event, values.time(event));
  }

  private boolean update(Entries.Mutable entries, byte[] key, GenericRecord event, long time) {
    open(entries, key);
    long tile = Math.floorDiv(time, resolution);
    boolean forgotten = open && tile <= lastForgotten;
    if ((forgotten && !hasLifetime) || isRemoved(tile)) {
      return true;
    }
    if (!values.read(event, time)) {
      return false;
    }
    if (forgotten) {
      tree.addToPast(entries, values.inputValues());
    } else {
      lastForgotten = lastForgotten(open ? Math.max(tree.newest(), time) : time);
      tree.root().lastRemoved = lastRemoved > lastForgotten ? lastRemoved : Long.MIN_VALUE;
      tree.add(entries, tile, time, values.inputValues(), lastForgotten);
      open = true;
    }
    return false;
  }

  /**
   * Evaluates every aggregation over every window.
   *
   * @param entries where the view's states lie
   * @param key UTF-8 of the key
   * @param timeMicros microseconds since 1970-01-01 UTC
   * @return one value a column: Long, Double, Boolean or String; where there is none and the
   *     aggregation has no default, and where it is not known, the {@link NullReason}. The array is
   *     the caller's
   * @throws StateFormatException if the state is not one of this view, or of a later layout
   */
  public Object[] evaluate(Entries entries, byte[] key, long timeMicros) {
    open(entries, key);
    return evaluateOpen(identity.ofMicros(timeMicros));
  }

  /**
   * {@link #update}, then {@link #evaluate} at the event's time, with one decoding for both; takes
   * and throws what they do.
   */
  public Step updateAndEvaluate(Entries.Mutable entries, byte[] key, GenericRecord event) {
    long time = values.time(event);
    boolean late = update(entries, key, event, time);
    return new Step(late, evaluateOpen(time));
  }

  /**
   * The newest event time of the key of the last call, microseconds since 1970-01-01 UTC.
   *
   * @throws IllegalStateException if that key has no state
   */
  public long newestEventTime() {
    if (!open) {
      throw new IllegalStateException("the key has no state in view " + view.id());
    }
    return identity.toMicros(tree.newest());
  }

  /**
   * Removes the state of a key whose windows have all been empty since before a time: whose newest
   * event lies further back than the longest window, the offset and {@code grace} twice. A state of
   * a view with a lifetime stays. What is known of all removed keys is one time, an entry of its
   * own.
   *
   * @param nowMicros event time that the stream has reached, microseconds since 1970-01-01 UTC
   * @return whether it was removed
   */
  public boolean removeIfIdle(Entries.Mutable entries, byte[] key, long nowMicros) {
    open(entries, key);
    if (!open || hasLifetime) {
      return false;
    }
    boolean idle =
        Math.floorDiv(tree.newest(), resolution)
            < lastForgotten(minus(identity.ofMicros(nowMicros), grace));
    if (idle) {
      byte[] removed = entries.get(REMOVED_UP_TO);
      long newest = newestEventTime();
      if (removed == null || ByteBuffer.wrap(removed).getLong() < newest) {
        entries.put(REMOVED_UP_TO.clone(), ByteBuffer.allocate(Long.BYTES).putLong(newest).array());
      }
      tree.remove(entries);
    }
    return idle;
  }

  /**
   * Name of the entry that says up to when keys may have had events whose states were removed: 8
   * bytes, microseconds since 1970-01-01 UTC. It is about all keys whose states lie in the same
   * entries.
   */
  public static byte[] nameOfRemoved() {
    return REMOVED_UP_TO.clone();
  }

  /** Forgets what is kept decoded: somebody else has changed the entries. */
  void forgetDecoded() {
    tree.forgetDecoded();
  }

  /** Whether a name of the entries is that of a key, and not of a further part of its state. */
  public static boolean isKey(byte[] name) {
    return StateTree.isKey(name);
  }

  private void open(Entries entries, byte[] key) {
    open = tree.open(entries, key);
    lastForgotten = open ? lastForgotten(tree.newest()) : Long.MIN_VALUE;
    lastRemoved = open ? tree.root().lastRemoved : lastRemoved(entries);
  }

  private long lastRemoved(Entries entries) {
    byte[] removed = hasLifetime ? null : entries.get(REMOVED_UP_TO);
    return removed == null
        ? Long.MIN_VALUE
        : Math.floorDiv(identity.ofMicros(ByteBuffer.wrap(removed).getLong()), resolution);
  }

  private boolean isRemoved(long tile) {
    return lastRemoved != Long.MIN_VALUE && tile <= lastRemoved;
  }

  private Object[] evaluateOpen(long time) {
    long end = minus(time, offset);
    return evaluator.evaluate(
        Math.floorDiv(end, resolution), end, lastForgotten, lastRemoved, open, isLate(time));
  }

  /** Whether an event of that time would come too late for the key of the last call. */
  private boolean isLate(long time) {
    return open && !hasLifetime && Math.floorDiv(time, resolution) <= lastForgotten;
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

  /** A duration in the unit of the source's event time. */
  private long units(Duration duration) {
    return duration.toMillis() * identity.unitsPerMilli();
  }

  private static void check(FeatureView view) {
    long resolution = view.resolution().toMillis();
    require(view, resolution > 0, "has resolution %s; expected at least 1ms", view.resolution());
    require(view, !view.offset().isNegative(), "has offset %s; expected 0 or more", view.offset());
    require(view, !view.grace().isNegative(), "has grace %s; expected 0 or more", view.grace());
    require(view, !view.windowLengths().isEmpty(), "has no window%s; expected at least one", "");
    require(
        view,
        view.offset().toMillis() % resolution == 0,
        "has offset %s, which is not a multiple of its resolution",
        view.offset());
    long previous = 0;
    for (Duration window : view.windowLengths()) {
      long length = window.toMillis();
      require(view, length > previous, "has window %s, not longer than the one before it", window);
      require(
          view,
          length % resolution == 0 || window.equals(Durations.LIFETIME),
          "has window %s, which is not a multiple of its resolution",
          window);
      previous = length;
    }
  }

  private static void require(FeatureView view, boolean condition, String message, Object found) {
    if (!condition) {
      String text = found instanceof Duration duration ? Durations.format(duration) : "" + found;
      throw new IllegalArgumentException("view " + view.id() + " " + message.formatted(text));
    }
  }
}

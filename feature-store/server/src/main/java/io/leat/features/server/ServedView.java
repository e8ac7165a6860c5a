package io.leat.features.server;

import io.leat.common.Lookups;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.StateStores;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView;
import io.leat.schemas.NullReason;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A view that is served, and what its windows cover at a time, in microseconds since 1970-01-01
 * UTC. Thread-safe; compared by identity.
 */
final class ServedView {
  private static final long LIFETIME = Long.MAX_VALUE;

  private final FeatureView view;
  private final ServedEntity entity;
  private final String store;
  private final List<String> columns;
  private final ThreadLocal<ViewEngine> engine;
  private final Map<NullReason, Object[]> without = new EnumMap<>(NullReason.class);
  private final int partitions;
  private final long resolution;
  private final long offset;
  private final long grace;

  /** For each column its window's length in tiles. */
  private final long[] tilesInColumn;

  /**
   * @param partitions number of partitions that the view's keys are spread over
   */
  ServedView(FeatureView view, ServedEntity entity, Contract source, int partitions) {
    this.view = view;
    this.entity = entity;
    this.partitions = partitions;
    this.store = StateStores.name(view);
    this.engine = ThreadLocal.withInitial(() -> new ViewEngine(view, source));
    this.columns = engine.get().columns();
    this.resolution = engine.get().resolutionMicros();
    this.offset = micros(view.offset());
    this.grace = micros(view.grace());
    this.tilesInColumn =
        view.columns().stream().mapToLong(column -> tiles(column.window().length())).toArray();
    for (NullReason reason : NullReason.values()) {
      Object[] reasons = new Object[columns.size()];
      Arrays.fill(reasons, reason);
      without.put(reason, reasons);
    }
  }

  private long tiles(Duration window) {
    return window.equals(Durations.LIFETIME) ? LIFETIME : micros(window) / resolution;
  }

  private static long micros(Duration duration) {
    return TimeUnit.MILLISECONDS.toMicros(duration.toMillis());
  }

  String name() {
    return view.name();
  }

  int version() {
    return view.version();
  }

  ServedEntity entity() {
    return entity;
  }

  String store() {
    return store;
  }

  /** The partition of its store that a key lies in. */
  int partition(byte[] key) {
    return Topics.partition(key, partitions);
  }

  /** Whether its values come from a backfill first, which its store then tells of. */
  boolean isBackfilled() {
    return view.backfill();
  }

  /** What it is as a definition. */
  FeatureView definition() {
    return view;
  }

  /** Names of its columns, in the order in which an engine gives their values. */
  List<String> columns() {
    return columns;
  }

  /** One reason in the place of every column's value; not to be changed. */
  Object[] without(NullReason reason) {
    return Lookups.required(without, reason);
  }

  /** An engine of the calling thread's own. */
  ViewEngine engine() {
    return engine.get();
  }

  /** Whether all events of a key are older than a column's window at a time reaches. */
  boolean isOver(int column, long newest, long time) {
    return tilesInColumn[column] != LIFETIME
        && Math.floorDiv(newest, resolution)
            <= Math.floorDiv(time - offset, resolution) - tilesInColumn[column];
  }

  /** The earliest time at which every window of a key is kept. */
  long keptFrom(long newest) {
    return newest - grace;
  }
}

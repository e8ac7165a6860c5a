package io.leat.features.server;

import io.leat.features.engine.ViewEngine;
import io.leat.features.online.StateStores;
import io.leat.pipeline.Durations;
import io.leat.pipeline.FeatureView;
import java.time.Duration;
import java.util.List;
import org.apache.avro.Schema;

/**
 * A view that is served, and what its windows cover at a time. Thread-safe; compared by identity.
 */
final class ServedView {
  private static final long LIFETIME = Long.MAX_VALUE;

  private final FeatureView view;
  private final ServedEntity entity;
  private final String store;
  private final List<String> columns;
  private final ThreadLocal<ViewEngine> engine;
  private final long resolution;
  private final long offset;
  private final long grace;

  /** For each column its window's length in tiles. */
  private final long[] tilesInColumn;

  /** That of the longest window but a lifetime. */
  private final long tilesInLongest;

  ServedView(FeatureView view, ServedEntity entity, Schema source) {
    this.view = view;
    this.entity = entity;
    this.store = StateStores.name(view);
    this.engine = ThreadLocal.withInitial(() -> new ViewEngine(view, source));
    this.columns = engine.get().columns();
    this.resolution = view.resolution().toMillis();
    this.offset = view.offset().toMillis();
    this.grace = view.grace().toMillis();
    this.tilesInColumn =
        view.columns().stream().mapToLong(column -> tiles(column.window())).toArray();
    this.tilesInLongest =
        view.windows().stream()
            .mapToLong(this::tiles)
            .filter(tiles -> tiles != LIFETIME)
            .max()
            .orElse(0);
  }

  private long tiles(Duration window) {
    return window.equals(Durations.LIFETIME) ? LIFETIME : window.toMillis() / resolution;
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

  /** An engine of the calling thread's own. */
  ViewEngine engine() {
    return engine.get();
  }

  /** Whether all events of a key are older than a column's window at a time reaches. */
  boolean isOver(int column, long newest, long time) {
    return tilesInColumn[column] != LIFETIME
        && Math.floorDiv(newest, resolution) <= head(time) - tilesInColumn[column];
  }

  /**
   * Whether a key's state still has everything that a column's window at a time covers: what no
   * window at {@code newest - grace} or later covers has been left out, or gathered for a lifetime.
   */
  boolean isKept(int column, long newest, long time) {
    long tiles = tilesInColumn[column] == LIFETIME ? 0 : tilesInColumn[column];
    return head(time) - tiles >= head(newest - grace) - tilesInLongest;
  }

  /** The earliest time at which every window of a key is kept. */
  long keptFrom(long newest) {
    return newest - grace;
  }

  private long head(long time) {
    return Math.floorDiv(time - offset, resolution);
  }
}

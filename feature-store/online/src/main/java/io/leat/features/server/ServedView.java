package io.leat.features.server;

import io.leat.features.engine.ViewEngine;
import io.leat.features.online.StateStores;
import io.leat.pipeline.FeatureView;
import java.util.List;
import org.apache.avro.Schema;

/**
 * A view that is served, and what its windows cover at a time. Thread-safe; compared by identity.
 */
final class ServedView {
  private final FeatureView view;
  private final ServedEntity entity;
  private final String store;
  private final List<String> columns;
  private final ThreadLocal<ViewEngine> engine;
  private final long resolution;
  private final long offset;
  private final long grace;
  private final long[] tilesInWindow;

  ServedView(FeatureView view, ServedEntity entity, Schema source) {
    this.view = view;
    this.entity = entity;
    this.store = StateStores.name(view);
    this.engine = ThreadLocal.withInitial(() -> new ViewEngine(view, source));
    this.columns = engine.get().columns();
    this.resolution = view.resolution().toMillis();
    this.offset = view.offset().toMillis();
    this.grace = view.grace().toMillis();
    this.tilesInWindow =
        view.windows().stream().mapToLong(window -> window.toMillis() / resolution).toArray();
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

  /** Names of its features, in the order in which an engine gives their values. */
  List<String> columns() {
    return columns;
  }

  /** An engine of the calling thread's own. */
  ViewEngine engine() {
    return engine.get();
  }

  /** Whether all events of a key are older than a column's window at a time reaches. */
  boolean isOver(int column, long newest, long time) {
    return Math.floorDiv(newest, resolution) <= beforeWindow(column, time);
  }

  /**
   * Whether a key's state still has everything that a column's window at a time covers: what no
   * window at {@code newest - grace} or later covers has been left out.
   */
  boolean isKept(int column, long newest, long time) {
    return beforeWindow(column, time)
        >= head(newest - grace) - tilesInWindow[tilesInWindow.length - 1];
  }

  /** The earliest time at which every window of a key is kept. */
  long keptFrom(long newest) {
    return newest - grace;
  }

  /** Index of the last tile before a column's window. */
  private long beforeWindow(int column, long time) {
    // An engine's columns are each aggregation over each window, the shortest first.
    return head(time) - tilesInWindow[column % tilesInWindow.length];
  }

  private long head(long time) {
    return Math.floorDiv(time - offset, resolution);
  }
}

package io.leat.features.server;

import io.leat.features.engine.Entries;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.backfill.BackfillState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys' states of a view and evaluates them: the one place where a key's state is taken out
 * of the store. Stateless.
 */
final class ViewReader {
  private ViewReader() {}

  /**
   * What was read of one view.
   *
   * @param values a row's values in the order of {@link ServedView#columns}; null where the key has
   *     no state, and while the view waits for its backfill
   * @param newest a row's newest event time, milliseconds since 1970-01-01 UTC; 0 where the key has
   *     no state
   * @param isWaiting whether the view waits for its backfill
   * @param nanos how long it took
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, compared never
  record Rows(
      @Nullable Object[] @Nullable [] values, long[] newest, boolean isWaiting, long nanos) {}

  /**
   * Reads and evaluates.
   *
   * @param keys one a row; null for a row without a key
   * @param time milliseconds since 1970-01-01 UTC
   * @throws CommittedState.NotInMemoryException if a state is deeper than it may look
   */
  static Rows read(
      CommittedState.View committed, ServedView view, List<byte @Nullable []> keys, long time) {
    long start = System.nanoTime();
    ViewEngine engine = view.engine();
    @Nullable Object[] @Nullable [] values = new @Nullable Object[keys.size()][];
    long[] newest = new long[keys.size()];
    if (view.isBackfilled()
        && !BackfillState.isLive(committed.get(view.store(), BackfillState.name()))) {
      return new Rows(values, newest, true, System.nanoTime() - start); // never half of a backfill
    }
    List<byte @Nullable []> states = committed.getAll(view.store(), keys);
    for (int row = 0; row < values.length; row++) {
      byte[] found = states.get(row);
      if (found != null) {
        byte[] key = keys.get(row);
        // A busy key's state has further parts, which are read as they are needed.
        Entries entries = name -> name == key ? found : committed.get(view.store(), name);
        values[row] = engine.evaluate(entries, key, time);
        newest[row] = engine.newestEventTime();
      }
    }
    return new Rows(values, newest, false, System.nanoTime() - start);
  }
}

package io.leat.features.server;

import io.leat.features.engine.Entries;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.backfill.BackfillState;
import io.leat.schemas.NullReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
   * @param values a row's values, or the reasons why there are none, in the order of {@link
   *     ServedView#columns}
   * @param found whether the row has a key and the key a state
   * @param newest a row's newest event time, microseconds since 1970-01-01 UTC; 0 where no state
   *     was found
   * @param nanos how long it took
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, compared never
  record Rows(Object[][] values, boolean[] found, long[] newest, long nanos) {}

  /**
   * Reads and evaluates.
   *
   * @param keys one a row; null for a row without a key
   * @param time microseconds since 1970-01-01 UTC
   * @throws CommittedState.NotInMemoryException if a state is deeper than it may look
   */
  static Rows read(
      CommittedState.View committed, ServedView view, List<byte @Nullable []> keys, long time) {
    long start = System.nanoTime();
    ViewEngine engine = view.engine();
    Object[][] values = new Object[keys.size()][];
    boolean[] found = new boolean[keys.size()];
    long[] newest = new long[keys.size()];
    Map<Integer, Boolean> live = new HashMap<>();
    List<byte @Nullable []> states = committed.getAll(view.store(), keys);
    for (int row = 0; row < values.length; row++) {
      byte[] key = keys.get(row);
      if (key == null) {
        values[row] = view.without(NullReason.NO_KEY);
        continue;
      }
      if (view.isBackfilled()
          && !live.computeIfAbsent(
              view.partition(key), partition -> isLive(committed, view, partition))) {
        values[row] = view.without(NullReason.NOT_YET); // never half of a backfill
        continue;
      }
      byte[] state = states.get(row);
      // A busy key's state has further parts, which are read as they are needed.
      Entries entries = name -> name == key ? state : entry(committed, view, key, name);
      values[row] = engine.evaluate(entries, key, time);
      if (state != null) {
        found[row] = true;
        newest[row] = engine.newestEventTime();
      }
    }
    return new Rows(values, found, newest, System.nanoTime() - start);
  }

  private static byte @Nullable [] entry(
      CommittedState.View committed, ServedView view, byte[] key, byte[] name) {
    return committed.get(
        view.store(),
        PartitionEntries.isOne(name) ? PartitionEntries.nameHere(name, view.partition(key)) : name);
  }

  /** Whether a partition of the view's store has its backfill. */
  private static boolean isLive(CommittedState.View committed, ServedView view, int partition) {
    byte[] name = BackfillState.name();
    byte[] state = committed.get(view.store(), PartitionEntries.nameHere(name, partition));
    // An earlier release took the entries of all partitions in under the one name.
    return BackfillState.isLive(state == null ? committed.get(view.store(), name) : state);
  }
}

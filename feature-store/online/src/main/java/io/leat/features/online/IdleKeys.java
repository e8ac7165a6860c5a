package io.leat.features.online;

import io.leat.features.engine.ViewEngine;
import io.micrometer.core.instrument.Counter;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/**
 * Removes the state of keys whose windows have long been empty, a part of the store at a time. One
 * task's.
 *
 * <p>What has been reached is the newest event time that the task has seen since it started, so
 * that a key is measured by its own partition and never by a clock. Up to when keys were removed
 * stands in the store itself, so that a key without a state is not taken for one without history.
 */
final class IdleKeys {
  private final ViewEngine engine;
  private final StoreEntries entries;
  private final Counter removed;

  /** Where the next part begins; null at the store's beginning. */
  private @Nullable Bytes next;

  IdleKeys(ViewEngine engine, StoreEntries entries, Counter removed) {
    this.engine = engine;
    this.entries = entries;
    this.removed = removed;
  }

  /**
   * Looks at the next entries of the store, from the beginning again once its end was reached.
   *
   * @param most how many
   * @param reachedMicros event time that the stream has reached, microseconds since 1970-01-01 UTC
   */
  void sweep(int most, long reachedMicros) {
    List<byte[]> keys = new ArrayList<>();
    Bytes behind = null;
    try (KeyValueIterator<Bytes, byte[]> iterator = entries.store().range(next, null)) {
      for (int seen = 0; iterator.hasNext(); seen++) {
        Bytes name = iterator.next().key;
        if (seen == most) {
          behind = name;
          break;
        }
        if (ViewEngine.isKey(name.get())) {
          keys.add(name.get());
        }
      }
    }
    next = behind;
    for (byte[] key : keys) {
      if (engine.removeIfIdle(entries, key, reachedMicros)) {
        removed.increment();
      }
    }
  }
}

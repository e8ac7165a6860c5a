package io.leat.performance;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * All entries of a store from a key to another, both included. Owned by one task.
 *
 * @param from none of the range is before it
 * @param to none is behind it
 */
record StoreRange(KeyValueStore<Bytes, byte[]> store, Bytes from, Bytes to) {
  /** So many keys are in memory while a range is forgotten. */
  private static final int AT_ONCE = 1_000;

  /** To be closed. */
  KeyValueIterator<Bytes, byte[]> entries() {
    return store.range(from, to);
  }

  void forget() {
    List<Bytes> keys = new ArrayList<>();
    Bytes next = from;
    do {
      keys.clear();
      try (KeyValueIterator<Bytes, byte[]> found = store.range(next, to)) {
        while (found.hasNext() && keys.size() < AT_ONCE) {
          keys.add(found.next().key);
        }
      }
      keys.forEach(store::delete);
      next = keys.isEmpty() ? next : keys.get(keys.size() - 1);
    } while (keys.size() == AT_ONCE);
  }
}

package io.leat.performance;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is to be done when a clock has come to a time, in a part of a store: {@code prefix}, the
 * time, and what. Asked often, it looks into the store only where something is due. Owned by one
 * task.
 */
final class TimeIndex {
  private static final int HEAD = 1 + Long.BYTES;
  private static final int AT_ONCE = 1_000;
  private static final byte[] NOTHING = new byte[0];

  private final KeyValueStore<Bytes, byte[]> store;
  private final byte prefix;

  /** Nothing is due before; it may be earlier than what is. */
  private long next = Long.MIN_VALUE;

  /**
   * @param prefix first byte of keys that nothing else in the store has
   */
  TimeIndex(KeyValueStore<Bytes, byte[]> store, byte prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  void add(long time, byte[] what) {
    store.put(key(time, what), NOTHING);
    next = Math.min(next, time);
  }

  void remove(long time, byte[] what) {
    store.delete(key(time, what));
  }

  /**
   * Takes out what is due, in the order of time and then of bytes, until nothing is.
   *
   * @param clock what has a time that is before it is due
   * @param action may add
   */
  void drain(long clock, Consumer<byte[]> action) {
    while (next < clock) {
      List<Bytes> due = new ArrayList<>();
      // No farther than what is due: a store with a cache copies all its keys of a range.
      try (KeyValueIterator<Bytes, byte[]> entries =
          store.range(key(next, NOTHING), key(clock, NOTHING))) {
        next = clock;
        while (entries.hasNext()) {
          Bytes key = entries.next().key;
          if (due.size() == AT_ONCE) {
            next = SortedBytes.toLong(ByteBuffer.wrap(key.get()).getLong(1));
            break;
          }
          due.add(key);
        }
      }
      for (Bytes key : due) {
        store.delete(key);
        ByteBuffer bytes = ByteBuffer.wrap(key.get(), HEAD, key.get().length - HEAD);
        byte[] what = new byte[bytes.remaining()];
        bytes.get(what);
        action.accept(what);
      }
    }
  }

  private Bytes key(long time, byte[] what) {
    return Bytes.wrap(
        ByteBuffer.allocate(HEAD + what.length)
            .put(prefix)
            .putLong(SortedBytes.ofLong(time))
            .put(what)
            .array());
  }
}

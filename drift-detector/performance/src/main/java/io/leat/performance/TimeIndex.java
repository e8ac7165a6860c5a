package io.leat.performance;

import java.nio.ByteBuffer;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when a clock has come to a time, in a part of a store: {@code prefix}, the
 * time, and what. The earliest entries are in memory too, {@value #MOST} at most, so that the store
 * is asked only where these are through: what was taken out leaves tombstones there, and who seeks
 * the first entry passes them all. Owned by one task.
 */
final class TimeIndex {
  private static final int HEAD = 1 + Long.BYTES;
  static final int MOST = 2_000;
  private static final byte[] NOTHING = new byte[0];

  private final KeyValueStore<Bytes, byte[]> store;
  private final byte prefix;
  private final TreeSet<Bytes> earliest = new TreeSet<>();

  /** All entries of the store before it are among the earliest; null: all that there are. */
  private @Nullable Bytes horizon;

  /**
   * @param prefix first byte of keys that nothing else in the store has
   */
  TimeIndex(KeyValueStore<Bytes, byte[]> store, byte prefix) {
    this.store = store;
    this.prefix = prefix;
    this.horizon = key(Long.MIN_VALUE, NOTHING);
  }

  void add(long time, byte[] what) {
    Bytes key = key(time, what);
    store.put(key, NOTHING);
    if (horizon == null || key.compareTo(horizon) < 0) {
      earliest.add(key);
      if (earliest.size() > MOST) {
        horizon = earliest.pollLast();
      }
    }
  }

  void remove(long time, byte[] what) {
    Bytes key = key(time, what);
    store.delete(key);
    earliest.remove(key);
  }

  /**
   * Takes out what is due, in the order of time and then of bytes, until nothing is.
   *
   * @param clock what has a time that is before it is due
   * @param action may add
   */
  void drain(long clock, Consumer<byte[]> action) {
    Bytes end = key(clock, NOTHING);
    while (true) {
      if (earliest.isEmpty() && horizon != null && horizon.compareTo(end) < 0) {
        load(horizon);
      }
      if (earliest.isEmpty() || earliest.first().compareTo(end) >= 0) {
        return;
      }
      byte[] key = earliest.pollFirst().get();
      store.delete(Bytes.wrap(key));
      byte[] what = new byte[key.length - HEAD];
      System.arraycopy(key, HEAD, what, 0, what.length);
      action.accept(what);
    }
  }

  /** Takes half of what may be in memory, so that there is room for what is added before it. */
  private void load(Bytes from) {
    horizon = null;
    try (KeyValueIterator<Bytes, byte[]> entries =
        store.range(from, Bytes.wrap(new byte[] {(byte) (prefix + 1)}))) {
      while (entries.hasNext()) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        if (entry.key.get()[0] != prefix) {
          return;
        }
        if (earliest.size() == MOST / 2) {
          horizon = entry.key;
          return;
        }
        earliest.add(entry.key);
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

package io.leat.features.online.backfill;

import io.leat.features.online.backfill.BackfillState.Phase;
import io.leat.schemas.backfill.LogCut;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** What a view's store holds beside the states of its keys. One task's. */
final class BackfillStore {
  private final KeyValueStore<Bytes, byte[]> store;
  private final Bytes stateName = Bytes.wrap(BackfillState.name());

  BackfillStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /**
   * How far the backfill is. A store that says nothing of it has just begun, and waits; one that
   * has states of keys was there before its view was said to be backfilled, and goes on as it is.
   */
  BackfillState state() {
    byte[] state = store.get(stateName);
    if (state != null) {
      return BackfillState.of(state);
    }
    try (KeyValueIterator<Bytes, byte[]> keys = store.range(null, StoreNames.beyondKeys())) {
      return keys.hasNext()
          ? new BackfillState(Phase.LIVE, 0, 0, LogCut.START)
          : BackfillState.WAITING;
    }
  }

  void set(BackfillState state) {
    store.put(stateName, state.toBytes());
  }

  /** Lays an entry of a run ready. */
  void stage(long run, byte[] name, byte[] value) {
    store.put(StoreNames.staged(run, name), value);
  }

  /** Puts an entry in its place. */
  void put(byte[] name, byte[] value) {
    store.put(Bytes.wrap(name), value);
  }

  void keep(long number, KeptEvent event) {
    store.put(StoreNames.kept(number), event.toBytes());
  }

  /** The number of the event that is kept next. */
  long nextNumber() {
    try (KeyValueIterator<Bytes, byte[]> last =
        store.reverseRange(StoreNames.kept(0), StoreNames.beyond())) {
      return last.hasNext() ? StoreNames.numberOf(last.next().key) + 1 : 0;
    }
  }

  /**
   * Staged entries, then kept events, in order.
   *
   * @param after the last one that was read; null to begin
   * @param most how many
   * @param mostBytes of their values, about
   */
  List<KeyValue<Bytes, byte[]>> next(@Nullable Bytes after, int most, long mostBytes) {
    List<KeyValue<Bytes, byte[]>> found = new ArrayList<>();
    long bytes = 0;
    try (KeyValueIterator<Bytes, byte[]> entries =
        store.range(after == null ? StoreNames.first() : after, StoreNames.beyond())) {
      while (entries.hasNext() && found.size() < most && bytes < mostBytes) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        found.add(entry);
        bytes += entry.value.length;
      }
    }
    return found;
  }

  void remove(Bytes name) {
    store.delete(name);
  }
}

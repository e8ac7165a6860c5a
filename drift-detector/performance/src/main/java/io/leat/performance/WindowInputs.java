package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What scores of windows were made of: of each window at most {@link #MOST}, those whose hash is
 * least, so that which they are follows from the events alone. Owned by one task.
 */
final class WindowInputs {
  static final int MOST = 5_000;

  private static final byte KIND = 6;

  private final KeyValueStore<Bytes, byte[]> store;

  /** Of windows that were looked at since the start. */
  private final Map<Bytes, Held> held = new HashMap<>();

  /** How many a window has, and the greatest of them. */
  private static final class Held {
    private int count;
    private @Nullable Bytes greatest;
  }

  /**
   * The inputs of a score.
   *
   * @param time of its event, in microseconds
   * @param event its id
   */
  record Entry(long time, String event, Inputs inputs) {}

  WindowInputs(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  private static Bytes place(byte[] window, long hash) {
    return Bytes.wrap(
        ByteBuffer.allocate(1 + Integer.BYTES + window.length + Long.BYTES)
            .put(KIND)
            .putInt(window.length)
            .put(window)
            .putLong(SortedBytes.ofLong(hash))
            .array());
  }

  private StoreRange all(byte[] window) {
    return new StoreRange(store, place(window, Long.MIN_VALUE), place(window, Long.MAX_VALUE));
  }

  /**
   * @param hash evenly spread over events
   */
  void add(byte[] window, long hash, Entry entry) {
    Held of = held.computeIfAbsent(Bytes.wrap(window), any -> held(window));
    Bytes place = place(window, hash);
    boolean isFull = of.count >= MOST;
    if (isFull && place.compareTo(of.greatest) >= 0 || store.get(place) != null) {
      return;
    }
    if (isFull) {
      store.delete(of.greatest);
    }
    byte[] id = entry.event().getBytes(UTF_8);
    byte[] inputs = entry.inputs().toBytes();
    store.put(
        place,
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + id.length + inputs.length)
            .putLong(entry.time())
            .putInt(id.length)
            .put(id)
            .put(inputs)
            .array());
    if (isFull) {
      of.greatest = greatest(window);
    } else {
      of.count++;
      of.greatest = of.greatest == null || place.compareTo(of.greatest) > 0 ? place : of.greatest;
    }
  }

  private Held held(byte[] window) {
    Held of = new Held();
    try (KeyValueIterator<Bytes, byte[]> entries = all(window).entries()) {
      while (entries.hasNext()) {
        of.greatest = entries.next().key;
        of.count++;
      }
    }
    return of;
  }

  private Bytes greatest(byte[] window) {
    StoreRange all = all(window);
    try (KeyValueIterator<Bytes, byte[]> entries = store.reverseRange(all.from(), all.to())) {
      return entries.next().key;
    }
  }

  /** By their hash. */
  List<Entry> of(byte[] window) {
    List<Entry> found = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries = all(window).entries()) {
      while (entries.hasNext()) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        ByteBuffer bytes = ByteBuffer.wrap(entry.value);
        long time = bytes.getLong();
        byte[] id = new byte[bytes.getInt()];
        bytes.get(id);
        byte[] inputs = new byte[bytes.remaining()];
        bytes.get(inputs);
        found.add(new Entry(time, new String(id, UTF_8), Inputs.fromBytes(inputs)));
      }
    }
    return found;
  }

  void forget(byte[] window) {
    all(window).forget();
    held.remove(Bytes.wrap(window));
  }
}

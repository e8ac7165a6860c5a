package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.performance.Estimator.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Of each version the first {@link #MOST} rows whose labels are known and from which it has not
 * learnt, in whatever role they were scored. Of a monitor those of the newest {@link #VERSIONS}
 * versions are kept. Owned by one task.
 */
final class References {
  static final int MOST = 10_000;
  static final int VERSIONS = 4;

  private static final byte KIND = 7;

  private final KeyValueStore<Bytes, byte[]> store;
  private final byte[] definition;

  /**
   * @param definition of the service, whose features the inputs are
   */
  References(KeyValueStore<Bytes, byte[]> store, String definition) {
    this.store = store;
    this.definition = definition.getBytes(UTF_8);
  }

  private static ByteBuffer put(ByteBuffer buffer, byte[] bytes) {
    return buffer.putInt(bytes.length).put(bytes);
  }

  private byte[] prefix(Series series) {
    byte[] monitor = series.monitor().getBytes(UTF_8);
    byte[] version = series.version().getBytes(UTF_8);
    int size = 1 + 4 * Integer.BYTES + monitor.length + version.length + definition.length;
    ByteBuffer bytes = put(ByteBuffer.allocate(size).put(KIND), monitor).putInt(series.number());
    return put(put(bytes, version), definition).array();
  }

  private StoreRange all(byte[] prefix) {
    return new StoreRange(store, place(prefix, 0), place(prefix, -1));
  }

  private StoreRange ofMonitor(String monitor) {
    byte[] name = monitor.getBytes(UTF_8);
    byte[] first =
        put(ByteBuffer.allocate(1 + Integer.BYTES + name.length).put(KIND), name).array();
    byte[] last = first.clone();
    last[last.length - 1]++; // a name's last byte is never the greatest
    return new StoreRange(store, Bytes.wrap(first), Bytes.wrap(last));
  }

  /**
   * @param sorted unsigned
   */
  private static Bytes place(byte[] prefix, long sorted) {
    return Bytes.wrap(
        ByteBuffer.allocate(prefix.length + Long.BYTES).put(prefix).putLong(sorted).array());
  }

  /** The rows of a version, in an order that has nothing to do with what is in them. */
  List<Row> of(Series series) {
    List<Row> rows = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries = all(prefix(series)).entries()) {
      while (entries.hasNext()) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        ByteBuffer bytes = ByteBuffer.wrap(entry.value);
        double score = bytes.getDouble();
        double label = bytes.getDouble();
        rows.add(new Row(Inputs.numbers(bytes), score, label));
      }
    }
    return rows;
  }

  /** Whether no more rows of a version are taken. */
  boolean isFull(Series series) {
    return of(series).size() >= MOST;
  }

  /**
   * Adds rows as long as there is room.
   *
   * @param hashes one a row, evenly spread over events
   */
  void add(Series series, List<Row> rows, List<Long> hashes) {
    byte[] prefix = prefix(series);
    int there = of(series).size();
    if (there == 0 && !rows.isEmpty()) {
      makeRoom(series.monitor());
    }
    for (int i = 0; i < rows.size() && there + i < MOST; i++) {
      Row row = rows.get(i);
      byte[] inputs = Inputs.toBytes(row.inputs());
      store.put(
          place(prefix, SortedBytes.ofLong(hashes.get(i))),
          ByteBuffer.allocate(2 * Double.BYTES + inputs.length)
              .putDouble(row.score())
              .putDouble(row.label())
              .put(inputs)
              .array());
    }
  }

  /** Forgets versions of the least numbers, until there is room for another. */
  private void makeRoom(String monitor) {
    TreeSet<Bytes> prefixes = new TreeSet<>();
    try (KeyValueIterator<Bytes, byte[]> entries = ofMonitor(monitor).entries()) {
      while (entries.hasNext()) {
        byte[] place = entries.next().key.get();
        prefixes.add(Bytes.wrap(java.util.Arrays.copyOf(place, place.length - Long.BYTES)));
      }
    }
    while (prefixes.size() >= VERSIONS) {
      all(prefixes.pollFirst().get()).forget();
    }
  }

  void forget(String monitor) {
    ofMonitor(monitor).forget();
  }
}

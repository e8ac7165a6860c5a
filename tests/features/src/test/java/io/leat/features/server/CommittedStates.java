package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.StateStores;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;

/**
 * What every key's values were at each commit, and when that was, by the broker's own log files:
 * they alone hold the records that end transactions, and the broker's time of each. Not
 * thread-safe.
 */
final class CommittedStates {
  /** A key of a view. */
  record Key(String view, String name) {}

  private final Map<Key, Map<List<Double>, Long>> committed = new HashMap<>();
  private int transactions;
  private int aborted;

  /**
   * Reads every changelog of a pipeline, as far as it is written.
   *
   * @param logs the broker's directory
   * @param timeMillis the time to evaluate at
   */
  static CommittedStates read(Path logs, Pipeline pipeline, long timeMillis) throws IOException {
    CommittedStates states = new CommittedStates();
    for (FeatureView view : pipeline.views()) {
      int partitions = pipeline.contract(view.source()).orElseThrow().topic().partitions();
      for (int partition = 0; partition < partitions; partition++) {
        ViewEngine engine = new ViewEngine(view, pipeline.contract(view.source()).orElseThrow());
        states.read(
            logs.resolve(StateStores.changelog(pipeline.name(), view) + "-" + partition),
            engine,
            timeMillis);
      }
    }
    return states;
  }

  private void read(Path folder, ViewEngine engine, long timeMillis) throws IOException {
    EntriesInMemory entries = new EntriesInMemory();
    Map<Long, List<Record>> open = new HashMap<>(); // by producer
    Set<String> keys = new HashSet<>();
    // One segment holds all: nothing is compacted away before it is rolled.
    try (FileRecords log =
        FileRecords.open(folder.resolve("00000000000000000000.log").toFile(), false)) {
      for (RecordBatch batch : log.batches()) {
        List<Record> records = new ArrayList<>();
        batch.forEach(records::add);
        if (!batch.isControlBatch()) {
          open.computeIfAbsent(batch.producerId(), id -> new ArrayList<>()).addAll(records);
          continue;
        }
        List<Record> ended = open.remove(batch.producerId());
        if (ControlRecordType.parse(records.get(0).key()) != ControlRecordType.COMMIT) {
          aborted++;
        } else if (ended != null) {
          transactions++;
          ended.forEach(change -> apply(change, entries, keys));
          remember(engine, entries, keys, timeMillis, batch.maxTimestamp());
        }
      }
    }
  }

  private static void apply(Record change, EntriesInMemory entries, Set<String> keys) {
    byte[] name = Utils.toArray(change.key());
    if (ViewEngine.isKey(name)) {
      keys.add(new String(name, UTF_8));
    }
    ByteBuffer value = change.value();
    if (value == null) {
      entries.remove(name);
    } else {
      entries.put(name, Utils.toArray(value));
    }
  }

  private void remember(
      ViewEngine engine,
      EntriesInMemory entries,
      Set<String> keys,
      long timeMillis,
      long committedMillis) {
    for (String key : keys) {
      List<Double> values = new ArrayList<>();
      for (Object value : engine.evaluate(entries, key.getBytes(UTF_8), timeMillis * 1_000)) {
        values.add(((Number) value).doubleValue());
      }
      committed
          .computeIfAbsent(new Key(engine.view().name(), key), k -> new HashMap<>())
          .putIfAbsent(values, committedMillis);
    }
  }

  /** When a key first had these values by a commit, in the broker's time; empty: never. */
  OptionalLong committedAt(Key key, List<Double> values) {
    Long at = committed.getOrDefault(key, Map.of()).get(values);
    return at == null ? OptionalLong.empty() : OptionalLong.of(at);
  }

  int keys() {
    return committed.size();
  }

  /** Transactions that were committed, counted in each partition. */
  int transactions() {
    return transactions;
  }

  /** Transactions that were aborted, counted in each partition. */
  int aborted() {
    return aborted;
  }
}

package io.leat.features.offline.backfill;

import io.leat.features.offline.replay.Arrival;
import io.leat.features.offline.replay.EventCodec;
import io.leat.features.offline.replay.EventReader;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.Progress;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;
import org.apache.iceberg.Schema;

/**
 * Makes items of an event table's rows, in the order in which they are folded: by the bucket of
 * their key, then by event time, then by where they lie. An event without a key is about no entity
 * and goes nowhere. Notes how far the rows reach in each partition.
 */
final class ReadHistory extends RichFlatMapFunction<RowData, Item> {
  private static final long serialVersionUID = 1L;
  private static final String REACHED = "reached ";

  private final ViewReference view;
  private final Schema table;
  private transient EventReader reader;
  private transient EventCodec codec;
  private transient Progress progress;
  private transient Map<Integer, LongMaximum> reached;
  private transient String keyField;

  /**
   * @param table columns of the rows
   */
  ReadHistory(ViewReference view, Schema table) {
    this.view = view;
    this.table = table;
  }

  @Override
  public void open(OpenContext context) {
    reader = new EventReader(view.view(), view.source(), table);
    codec = new EventCodec(view.source().schema());
    progress = Progress.of(getRuntimeContext());
    reached = new HashMap<>();
    keyField = view.view().entity().key();
  }

  @Override
  public void flatMap(RowData row, Collector<Item> out) {
    progress.step();
    int partition = reader.partition(row);
    long offset = reader.offset(row);
    if (reader.hasArrival(row)) {
      Arrival arrival = reader.arrival(row);
      partition = arrival.partition();
      offset = arrival.offset();
      reached.computeIfAbsent(arrival.partition(), this::reached).add(arrival.offset());
    }
    GenericRecord event = reader.read(row);
    Object key = event.get(keyField);
    if (key == null) {
      return;
    }
    long time = reader.time(event);
    SpineRow read =
        new SpineRow(reader.id(event), time, partition, offset, codec.encode(event), List.of());
    String order =
        SortKey.bucket(key.toString())
            + SortKey.number(time)
            + SortKey.small(partition)
            + SortKey.number(offset);
    out.collect(new Item(0, read.toBytes(), order));
  }

  private LongMaximum reached(int partition) {
    LongMaximum offset = new LongMaximum();
    getRuntimeContext().addAccumulator(REACHED + partition, offset);
    return offset;
  }

  /** The last offset that rows of a partition have; -1 where there are none. */
  static long reached(Map<String, Object> accumulators, int partition) {
    return accumulators.get(REACHED + partition) instanceof Long offset ? offset : -1;
  }
}

package io.leat.features.offline.trainingset;

import io.leat.features.engine.LabelRule;
import io.leat.features.offline.replay.EventCodec;
import io.leat.features.offline.replay.EventReader;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.Progress;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import io.leat.features.offline.trainingset.LabelSource.LabelReader;
import io.leat.features.offline.trainingset.LabelSource.OtherEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Gives rows their labels out of another event: of those that share the row's value of the {@code
 * on} field, the last one that happened between the row's time and the end of {@code within}. A
 * later one, and an earlier one, is not seen. Labels and rows of a bucket are sorted by the time of
 * the label and the end of the row's wait.
 *
 * <pre>
 * labels, rows ─▶ to the bucket of their common value ─▶ sort ─▶ join ─▶ rows with a label
 * </pre>
 */
final class LabelJoin {
  /** {@link Item#source} of a label. */
  private static final int LABEL = 0;

  private static final String LABEL_FIRST = "\0";
  private static final String THEN_ROW = "\1";
  private static final int BEFORE_ROWS_ORDER =
      SortKey.small(0).length() + SortKey.number(0).length() + THEN_ROW.length();

  private LabelJoin() {}

  /**
   * The rows, each with its label as the last of its values.
   *
   * @param labels rows of the label's event table
   * @param table their columns
   */
  static DataStream<Item> join(
      DataStream<Item> rows,
      DataStream<RowData> labels,
      Schema table,
      ServiceReference service,
      OtherEvent source) {
    DataStream<Item> keyedLabels =
        labels.flatMap(new ReadLabels(service, source, table), Item.TYPE).name("read labels");
    DataStream<Item> keyedRows =
        rows.map(new RowsToLabels(service, source), Item.TYPE).name("rows to labels");
    return Item.sorted(keyedLabels.union(keyedRows), "labels")
        .flatMap(new Join(rule(service, source)), Item.TYPE)
        .name("join labels");
  }

  private static LabelRule rule(ServiceReference service, OtherEvent source) {
    return LabelRule.of(source.within(), service.contract(source.from()));
  }

  /**
   * Of a label the row's id is the label event's, and the values are the {@code on} and the label.
   */
  private static final class ReadLabels extends RichFlatMapFunction<RowData, Item> {
    private static final long serialVersionUID = 1L;

    private final ServiceReference service;
    private final OtherEvent source;
    private final Schema table;
    private transient EventReader reader;
    private transient LabelReader labels;

    ReadLabels(ServiceReference service, OtherEvent source, Schema table) {
      this.service = service;
      this.source = source;
      this.table = table;
    }

    @Override
    public void open(OpenContext context) {
      reader = new EventReader(service, service.contract(source.from()), table);
      labels = source.reader(service);
    }

    @Override
    public void flatMap(RowData row, Collector<Item> out) {
      GenericRecord event = reader.read(row);
      Object on = event.get(source.on());
      if (on == null) {
        return;
      }
      SpineRow label =
          new SpineRow(
              reader.id(event),
              reader.time(event),
              reader.partition(row),
              reader.offset(row),
              new byte[0],
              Arrays.asList(on.toString(), labels.read(event)));
      out.collect(
          new Item(
              LABEL,
              label.toBytes(),
              SortKey.bucket(on.toString()) + SortKey.number(label.time()) + LABEL_FIRST));
    }
  }

  /** A row's last value is what it has of the {@code on} field, until it has a label. */
  private static final class RowsToLabels extends RichMapFunction<Item, Item> {
    private static final long serialVersionUID = 1L;

    private final ServiceReference service;
    private final OtherEvent source;
    private transient EventCodec codec;
    private transient LabelRule rule;

    RowsToLabels(ServiceReference service, OtherEvent source) {
      this.service = service;
      this.source = source;
    }

    @Override
    public void open(OpenContext context) {
      codec = new EventCodec(service.spine().schema());
      rule = rule(service, source);
    }

    @Override
    public Item map(Item item) {
      SpineRow row = SpineRow.fromBytes(item.value());
      Object on = codec.decode(row.event()).get(source.on());
      String key = on == null ? null : on.toString();
      return new Item(
          Item.ROW,
          withLast(row, key).toBytes(),
          SortKey.bucket(key == null ? row.id() : key)
              + SortKey.number(rule.end(row.time()))
              + THEN_ROW
              + item.order());
    }
  }

  private static SpineRow withLast(SpineRow row, @Nullable Object value) {
    List<@Nullable Object> values = new ArrayList<>(row.values());
    values.set(values.size() - 1, value);
    return row.withValues(values);
  }

  /** Holds the last label of each value of one bucket. */
  private static final class Join extends RichFlatMapFunction<Item, Item> {
    private static final long serialVersionUID = 1L;

    private final LabelRule rule;
    private transient int bucket;
    private transient Map<Object, SpineRow> last;
    private transient Progress progress;

    Join(LabelRule rule) {
      this.rule = rule;
    }

    @Override
    public void open(OpenContext context) {
      bucket = -1;
      last = new HashMap<>();
      progress = Progress.of(getRuntimeContext());
    }

    @Override
    public void flatMap(Item item, Collector<Item> out) {
      progress.step();
      if (SortKey.bucketOf(item.order()) != bucket) {
        bucket = SortKey.bucketOf(item.order());
        last.clear();
      }
      SpineRow found = SpineRow.fromBytes(item.value());
      if (item.source() == LABEL) {
        last.merge(found.values().get(0), found, this::later);
        return;
      }
      Object on = found.values().get(found.values().size() - 1);
      SpineRow label = on == null ? null : last.get(on);
      Object value =
          label == null || !rule.mayLabel(found.time(), label.time())
              ? null
              : label.values().get(1);
      out.collect(
          new Item(
              Item.ROW,
              withLast(found, value).toBytes(),
              item.order().substring(BEFORE_ROWS_ORDER)));
    }

    private SpineRow later(SpineRow one, SpineRow other) {
      return rule.isLater(one.time(), one.id(), other.time(), other.id()) ? one : other;
    }
  }
}

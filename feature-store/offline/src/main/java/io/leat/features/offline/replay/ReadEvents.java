package io.leat.features.offline.replay;

import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/** Makes items of an event table's rows. */
final class ReadEvents extends RichMapFunction<RowData, Item> {
  private static final long serialVersionUID = 1L;

  private final ServiceReference service;
  private final int source;
  private final Schema table;
  private final ReplayOrder order;
  private transient @Nullable EventReader reader;
  private transient @Nullable EventCodec codec;
  private transient @Nullable Progress progress;

  /**
   * @param source which of the service's sources it is
   * @param table columns of the rows
   */
  ReadEvents(ServiceReference service, int source, Schema table, ReplayOrder order) {
    this.service = service;
    this.source = source;
    this.table = table;
    this.order = order;
  }

  @Override
  public void open(OpenContext context) {
    String event = service.sources().get(source);
    reader = new EventReader(service, service.contract(event), table);
    codec = new EventCodec(service.contract(event).schema());
    progress = Progress.of(getRuntimeContext());
  }

  @Override
  public Item map(RowData row) {
    progress.step();
    GenericRecord event = reader.read(row);
    SpineRow read =
        new SpineRow(
            reader.id(row),
            reader.time(row),
            reader.partition(row),
            reader.offset(row),
            codec.encode(event),
            List.of());
    return new Item(
        source, read.toBytes(), order.of(source, read.time(), read.partition(), read.offset()));
  }
}

package io.leat.features.offline.replay;

import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;

/** Makes items of an event table's rows. */
final class ReadEvents extends RichMapFunction<RowData, Item> {
  private static final long serialVersionUID = 1L;

  private final ServiceReference service;
  private final int source;
  private final Schema table;
  private final boolean byArrival;
  private transient EventReader reader;
  private transient EventCodec codec;
  private transient Progress progress;

  /**
   * @param source which of the service's sources it is
   * @param table columns of the rows
   * @param byArrival whether the items' place is their arrival, not their event time
   */
  ReadEvents(ServiceReference service, int source, Schema table, boolean byArrival) {
    this.service = service;
    this.source = source;
    this.table = table;
    this.byArrival = byArrival;
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
            reader.id(event),
            reader.time(event),
            reader.partition(row),
            reader.offset(row),
            codec.encode(event),
            List.of());
    String place =
        byArrival ? ReplayOrder.place(source, reader.arrival(row)) : ReplayOrder.place(read.time());
    return new Item(source, read.toBytes(), place);
  }
}

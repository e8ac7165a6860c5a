package io.leat.features.offline.replay;

import io.leat.pipeline.definition.Entity;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Sends events and rows to the bucket of their entity's key. An event without a key is about no
 * such entity and goes nowhere; a row without one goes somewhere, and finds no values there.
 */
final class ToEntity extends RichFlatMapFunction<Item, Item> {
  private static final long serialVersionUID = 1L;

  private final ServiceReference service;
  private final String keyField;
  private final ReplayOrder order;
  private final int oneIn;
  private transient EventCodecs codecs;

  /**
   * @param oneIn of so many keys one is taken, with its events and rows
   */
  ToEntity(ServiceReference service, Entity entity, ReplayOrder order, int oneIn) {
    this.service = service;
    this.keyField = entity.key();
    this.order = order;
    this.oneIn = oneIn;
  }

  @Override
  public void open(OpenContext context) {
    codecs = new EventCodecs(service);
  }

  @Override
  public void flatMap(Item item, Collector<Item> out) {
    SpineRow row = SpineRow.fromBytes(item.value());
    GenericRecord event = codecs.decode(item, row);
    Object key = event.get(keyField);
    boolean isRow = item.source() == Item.ROW;
    if (key == null && !isRow) {
      return;
    }
    String bucket = SortKey.bucket(key == null ? row.id() : key.toString());
    if (SortKey.bucketOf(bucket) % oneIn == 0) {
      out.collect(item.withOrder(order.within(bucket, item.order(), isRow)));
    }
  }
}

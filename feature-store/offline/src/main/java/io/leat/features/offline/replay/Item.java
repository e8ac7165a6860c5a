package io.leat.features.offline.replay;

import org.apache.flink.api.common.functions.Partitioner;
import org.apache.flink.api.common.operators.Order;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * An event or a row on its way: what it is, its bytes, and a text of {@link SortKey}s that says
 * where it belongs. A tuple, because Flink sorts those by a field.
 */
@SuppressWarnings("unchecked") // Flink's own: a tuple of a kind copies as a tuple of any
public final class Item extends Tuple3<Integer, byte[], String> {
  private static final long serialVersionUID = 1L;

  /** {@link #source} of a row of the spine. */
  public static final int ROW = -1;

  public static final TypeInformation<Item> TYPE =
      new TupleTypeInfo<>(
          Item.class,
          BasicTypeInfo.INT_TYPE_INFO,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          BasicTypeInfo.STRING_TYPE_INFO);

  private static final String ORDER = "f2";

  /** For Flink alone. */
  public Item() {}

  public Item(int source, byte[] value, String order) {
    super(source, value, order);
  }

  /** {@link #ROW}, or which of the sources the event is of. */
  public int source() {
    return f0;
  }

  public byte[] value() {
    return f1;
  }

  public String order() {
    return f2;
  }

  public Item withOrder(String order) {
    return new Item(f0, f1, order);
  }

  /**
   * Items whose order begins with a bucket, brought together by it: each task gets whole buckets,
   * in order. What fits into no memory is sorted on disk.
   */
  public static DataStream<Item> sorted(DataStream<Item> items, String name) {
    Partitioner<Integer> byBucket = (bucket, tasks) -> bucket % tasks;
    return items
        .partitionCustom(byBucket, item -> SortKey.bucketOf(item.order()))
        .fullWindowPartition()
        .sortPartition(ORDER, Order.ASCENDING)
        .name("sort " + name);
  }

  /** All items in order, in one task. */
  public static DataStream<Item> sortedInOneTask(DataStream<Item> items, String name) {
    DataStream<Item> together = items.global();
    return together
        .fullWindowPartition()
        .sortPartition(ORDER, Order.ASCENDING)
        .setParallelism(1)
        .name("sort " + name);
  }
}

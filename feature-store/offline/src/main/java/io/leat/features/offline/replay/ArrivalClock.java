package io.leat.features.offline.replay;

import org.apache.flink.api.common.functions.MapFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says of every event when it arrived, on a clock that partitions share: the greatest event time
 * that its partition had brought by then. Takes the items of each partition in the order of their
 * offsets, one partition after the other.
 */
final class ArrivalClock implements MapFunction<Item, Item> {
  private static final long serialVersionUID = 1L;
  private static final int POSITION_WIDTH = 2 * SortKey.small(0).length();

  private transient @Nullable String partition;
  private transient long clock;

  @Override
  public Item map(Item item) {
    String order = SortKey.behindBucket(item.order());
    String found = order.substring(0, POSITION_WIDTH);
    long time = SpineRow.fromBytes(item.value()).time();
    clock = found.equals(partition) ? Math.max(clock, time) : time;
    partition = found;
    return item.withOrder(SortKey.number(clock) + order);
  }

  /** The bucket of a partition's items. */
  static Item byPartition(Item item) {
    String partition = item.order().substring(0, POSITION_WIDTH);
    return item.withOrder(SortKey.bucket(partition) + item.order());
  }
}

package io.leat.features.offline.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Makes a row of every spine event of some time, with room for the values of the views. */
public final class ToRows implements FlatMapFunction<Item, Item> {
  private static final long serialVersionUID = 1L;

  private final RowTimes times;
  private final int values;

  /**
   * @param times of the events that become rows
   * @param more values that a row has beside {@link ServiceReference#viewFeatures}
   */
  public ToRows(ServiceReference service, RowTimes times, int more) {
    this.times = times;
    this.values = service.viewFeatures().size() + more;
  }

  @Override
  public void flatMap(Item item, Collector<Item> out) {
    SpineRow event = SpineRow.fromBytes(item.value());
    if (times.contain(event.time())) {
      List<@Nullable Object> nulls = new ArrayList<>(Collections.nCopies(values, null));
      out.collect(new Item(Item.ROW, event.withValues(nulls).toBytes(), item.order()));
    }
  }
}

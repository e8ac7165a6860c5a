package io.leat.features.offline.replay;

import io.leat.features.engine.ServiceReplay;
import io.leat.features.engine.VectorAssembler;
import io.leat.pipeline.definition.Entity;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Replays one entity: takes events and rows bucket by bucket, in order; folds the events into the
 * states of their keys, and gives each row the values that the entity's views have for it. Holds
 * the states of one bucket's keys at a time.
 */
final class EntityReplay extends RichFlatMapFunction<Item, Item> {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final ServiceReference service;
  private final String entity;
  private final ReplayOrder order;
  private transient int bucket;
  private transient List<String> sources;
  private transient EventCodecs codecs;
  private transient ServiceReplay replay;

  /** For each of the entity's views, where its values begin among a row's. */
  private transient int[] places;

  /** How many each of them has. */
  private transient int[] widths;

  private transient Progress progress;

  /**
   * @param order what {@link ToEntity} has sorted by
   */
  EntityReplay(ServiceReference service, Entity entity, ReplayOrder order) {
    this.service = service;
    this.entity = entity.name();
    this.order = order;
  }

  @Override
  public void open(OpenContext context) {
    Entity own =
        service.entities().stream().filter(e -> e.name().equals(entity)).findFirst().orElseThrow();
    List<String> all = service.viewFeatures();
    bucket = NONE;
    sources = service.sources();
    codecs = new EventCodecs(service);
    replay = ServiceReplay.ofEntity(service.definition(), service.pipeline(), own);
    places =
        replay.views().stream()
            .mapToInt(view -> all.indexOf(VectorAssembler.fullNames(view).get(0)))
            .toArray();
    widths = replay.views().stream().mapToInt(view -> view.columns().size()).toArray();
    progress = Progress.of(getRuntimeContext());
  }

  @Override
  public void flatMap(Item item, Collector<Item> out) {
    progress.step();
    if (SortKey.bucketOf(item.order()) != bucket) {
      bucket = SortKey.bucketOf(item.order());
      replay.forget();
    }
    SpineRow row = SpineRow.fromBytes(item.value());
    GenericRecord event = codecs.decode(item, row);
    if (item.source() == Item.ROW) {
      out.collect(new Item(Item.ROW, filled(row, event).toBytes(), order.placeOf(item.order())));
    } else {
      replay.update(sources.get(item.source()), event);
    }
  }

  private SpineRow filled(SpineRow row, GenericRecord event) {
    @Nullable Object[][] found = replay.viewValues(event);
    List<@Nullable Object> values = new ArrayList<>(row.values());
    for (int v = 0; v < places.length; v++) {
      @Nullable Object[] ofView = found[v];
      for (int i = 0; i < widths[v]; i++) {
        values.set(places[v] + i, ofView == null ? NullReason.NO_KEY : ofView[i]);
      }
    }
    return row.withValues(values);
  }
}

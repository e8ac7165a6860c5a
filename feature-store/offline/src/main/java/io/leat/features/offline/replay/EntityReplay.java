package io.leat.features.offline.replay;

import io.leat.features.engine.ServiceReplay;
import io.leat.features.engine.VectorAssembler;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** Places of a row's values that this entity's views fill, and the values' names. */
  private transient List<Place> places;

  private transient Progress progress;

  private record Place(int index, String name) {}

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
    places = new ArrayList<>();
    for (FeatureView view : service.views()) {
      if (view.entity().equals(own)) {
        VectorAssembler.fullNames(view)
            .forEach(name -> places.add(new Place(all.indexOf(name), name)));
      }
    }
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
    Map<String, Object> found = replay.viewFeatures(event);
    List<@Nullable Object> values = new ArrayList<>(row.values());
    for (Place place : places) {
      values.set(place.index(), found.get(place.name()));
    }
    return row.withValues(values);
  }
}

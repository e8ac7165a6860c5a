package io.leat.features.offline.replay;

import io.leat.features.engine.VectorAssembler;
import io.leat.pipeline.definition.Entity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a row with the views' values one with the service's vector: the entities' keys, then the
 * features or the reasons why they have no value, in the order of {@link ServiceReference#entities}
 * and of the service; then what the row had beside the views' values. One thread's.
 */
public final class FinishRow {
  private final EventCodec codec;
  private final VectorAssembler assembler;
  private final List<Entity> entities;
  private final List<String> names;

  public FinishRow(ServiceReference service) {
    this.codec = new EventCodec(service.spine().schema());
    this.assembler = new VectorAssembler(service.definition(), service.pipeline());
    this.entities = service.entities();
    this.names = service.viewFeatures();
  }

  /** The row with its vector and without its event. */
  public SpineRow finish(SpineRow row) {
    GenericRecord event = codec.decode(row.event());
    Map<String, Object> features = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      features.put(names.get(i), Objects.requireNonNull(row.values().get(i), "replayed"));
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (Entity entity : entities) {
      Object key = event.get(entity.key());
      values.add(key == null ? null : key.toString());
    }
    values.addAll(assembler.assemble(event, features));
    values.addAll(row.values().subList(names.size(), row.values().size()));
    return row.finished(values);
  }
}

package io.leat.features.offline.replay;

import io.leat.features.engine.VectorAssembler;
import io.leat.pipeline.definition.Entity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private final int[] widths;
  private final int viewValues;

  public FinishRow(ServiceReference service) {
    this.codec = new EventCodec(service.spine().schema());
    this.assembler = new VectorAssembler(service.definition(), service.pipeline());
    this.entities = service.entities();
    this.widths = assembler.views().stream().mapToInt(view -> view.columns().size()).toArray();
    this.viewValues = Arrays.stream(widths).sum();
  }

  /** The row with its vector and without its event. */
  public SpineRow finish(SpineRow row) {
    GenericRecord event = codec.decode(row.event());
    @Nullable Object[][] byView = new @Nullable Object[widths.length][];
    int next = 0;
    for (int v = 0; v < widths.length; v++) {
      byView[v] = row.values().subList(next, next + widths[v]).toArray();
      next += widths[v];
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (Entity entity : entities) {
      Object key = event.get(entity.key());
      values.add(key == null ? null : key.toString());
    }
    values.addAll(assembler.assemble(event, byView));
    values.addAll(row.values().subList(viewValues, row.values().size()));
    return row.finished(values);
  }
}

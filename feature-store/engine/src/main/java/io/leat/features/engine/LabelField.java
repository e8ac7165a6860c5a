package io.leat.features.engine;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.NullReason;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Reads the field of an event that holds a label, as a feature is read. Thread-safe. */
public final class LabelField {
  private final FeatureService service;
  private final VectorAssembler assembler;

  /**
   * @param event name of the event that brings the label
   * @throws IllegalArgumentException if the pipeline has no such event, or it no such field, or
   *     that is no scalar
   */
  public LabelField(Pipeline pipeline, String event, String field) {
    this.service =
        new FeatureService(event, 1, event, List.of(new EventFeature(field)), Optional.empty(), "");
    this.assembler = new VectorAssembler(service, pipeline);
  }

  /** The field as the only feature of a service. */
  public FeatureService asService() {
    return service;
  }

  /** Boolean, Long, Double or String; null where the field is, or is no finite number. */
  public @Nullable Object read(GenericRecord event) {
    return NullReason.orNull(assembler.assemble(event, new Object[0][]).get(0));
  }
}

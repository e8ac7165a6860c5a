package io.leat.performance;

import io.leat.features.engine.LabelRule;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Segments;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A model whose scores meet labels.
 *
 * @param service the service that it reads
 * @param spine contract of the service's spine
 * @param from contract of the event that brings the labels
 * @param entity whose events hang together; empty where the service has none
 * @param segments by what the monitors tell vectors apart
 * @param decides whether the model takes decisions
 * @param monitors those that look at its performance
 */
record LabelledModel(
    String name,
    FeatureService service,
    Label label,
    Contract spine,
    Contract from,
    Optional<String> entity,
    List<Segments.Key> segments,
    boolean decides,
    List<Monitor> monitors) {
  LabelledModel {
    segments = List.copyOf(segments);
    monitors = List.copyOf(monitors);
  }

  /** Those of a pipeline, in its order. */
  static List<LabelledModel> of(Pipeline pipeline) {
    return pipeline.models().stream()
        .filter(model -> service(model, pipeline).label().isPresent())
        .map(model -> of(model, pipeline))
        .toList();
  }

  private static LabelledModel of(Model model, Pipeline pipeline) {
    FeatureService service = service(model, pipeline);
    Label label = service.label().orElseThrow();
    List<Monitor> monitors =
        pipeline.monitors().stream()
            .filter(monitor -> monitor.model().equals(model.name()))
            .filter(monitor -> monitor.performance().isPresent())
            .toList();
    return new LabelledModel(
        model.name(),
        service,
        label,
        pipeline.contract(service.spine()).orElseThrow(),
        pipeline.contract(label.from()).orElseThrow(),
        pipeline.entity(service).map(Entity::name),
        monitors.stream()
            .flatMap(monitor -> monitor.segments().keys().stream())
            .distinct()
            .toList(),
        !model.decisions().isEmpty(),
        monitors);
  }

  private static FeatureService service(Model model, Pipeline pipeline) {
    return pipeline.service(model.service()).orElseThrow();
  }

  /** Whether the label is a field of the spine event itself. */
  boolean isOwnLabel() {
    return label.from().equals(spine.event());
  }

  /** Whether an event's id is what its label names it by, so that nothing else has to say it. */
  boolean isNamedById() {
    return isOwnLabel() || label.on().equals(spine.eventId());
  }

  /** Whether the label is a boolean. */
  boolean isYesOrNo() {
    Schema schema = from.schema().getField(label.field()).schema();
    return (schema.isUnion() ? schema.getTypes() : List.of(schema))
        .stream()
            .filter(branch -> branch.getType() != Schema.Type.NULL)
            .allMatch(branch -> branch.getType() == Schema.Type.BOOLEAN);
  }

  LabelRule rule() {
    return LabelRule.of(label.within(), from);
  }

  /** Partitions of all that comes of the spine's events. */
  int partitions() {
    return spine.topic().partitions();
  }
}

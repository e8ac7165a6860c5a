package io.leat.pipeline.model;

import io.leat.common.Lookups;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.schemas.ValueType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** What the values of a service's features are, as far as its definitions tell. */
public final class FeatureTypes {
  private FeatureTypes() {}

  /** The types of a service of a pipeline. */
  public static Map<String, Optional<ValueType>> of(FeatureService service, Pipeline pipeline) {
    return of(
        service,
        pipeline.contract(service.spine()).orElseThrow().schema(),
        pipeline.viewsFor(service));
  }

  /**
   * Type of each feature wherever it is not null, by its full name, in the service's order; empty
   * where only a value tells, as of a field that is a union.
   *
   * @param spine schema of the service's spine event
   * @param views those that the service needs, and perhaps others
   */
  public static Map<String, Optional<ValueType>> of(
      FeatureService service, Schema spine, Collection<FeatureView> views) {
    Map<ViewId, FeatureView> byId =
        views.stream().collect(Collectors.toMap(FeatureView::id, view -> view));
    Map<String, Optional<ValueType>> types = new LinkedHashMap<>();
    for (Feature feature : service.features()) {
      if (feature instanceof EventFeature event) {
        types.put(feature.name(), ofField(spine.getField(event.field()).schema()));
      } else if (feature instanceof DerivedFeature derived) {
        types.put(feature.name(), Optional.of(derived.type()));
      } else {
        ViewFeature of = (ViewFeature) feature;
        types.put(
            feature.name(),
            Lookups.required(byId, of.view())
                .column(of.column())
                .map(column -> column.aggregation().type()));
      }
    }
    return types;
  }

  private static Optional<ValueType> ofField(Schema schema) {
    Set<Optional<ValueType>> types =
        (schema.isUnion() ? schema.getTypes().stream() : Stream.of(schema))
            .filter(branch -> branch.getType() != Schema.Type.NULL)
            .map(FeatureTypes::ofBranch)
            .collect(Collectors.toSet());
    return types.size() == 1 ? types.iterator().next() : Optional.empty();
  }

  private static Optional<ValueType> ofBranch(Schema schema) {
    return switch (schema.getType()) {
      case BOOLEAN -> Optional.of(ValueType.BOOLEAN);
      case INT, LONG -> Optional.of(ValueType.LONG);
      case FLOAT, DOUBLE -> Optional.of(ValueType.DOUBLE);
      case STRING, ENUM -> Optional.of(ValueType.STRING);
      case NULL, BYTES, FIXED, RECORD, ARRAY, MAP, UNION -> Optional.empty();
    };
  }
}

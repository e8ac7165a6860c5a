package io.leat.pipeline.model;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.schemas.ValueType;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** The features of a service that no model can read, because their values are text. */
public final class TextFeatures {
  private TextFeatures() {}

  /**
   * Names of the features that are text wherever they are not null, in the service's order.
   *
   * @param spine schema of the service's spine event
   * @param views the views that the service may name, each in the version that it means
   */
  public static List<String> of(
      FeatureService service, Schema spine, Collection<FeatureView> views) {
    Set<String> columns =
        views.stream()
            .flatMap(
                view ->
                    view.columns().stream()
                        .filter(column -> column.aggregation().type() == ValueType.STRING)
                        .map(column -> view.name() + "." + column.name()))
            .collect(Collectors.toSet());
    Scope scope = Scope.ofVector(spine, views);
    return service.features().stream()
        .filter(feature -> isText(feature, spine, columns, scope))
        .map(Feature::name)
        .toList();
  }

  private static boolean isText(
      Feature feature, Schema spine, Set<String> textColumns, Scope scope) {
    if (feature instanceof EventFeature event) {
      Schema schema = spine.getField(event.field()).schema();
      List<Schema> branches = schema.isUnion() ? schema.getTypes() : List.of(schema);
      return branches.stream().anyMatch(TextFeatures::isText);
    }
    if (feature instanceof DerivedFeature derived) {
      return Program.compile(derived.expression(), scope, Program.Result.SCALAR).type()
          == String.class;
    }
    return textColumns.contains(feature.name());
  }

  private static boolean isText(Schema schema) {
    return schema.getType() == Schema.Type.STRING || schema.getType() == Schema.Type.ENUM;
  }
}

package io.leat.pipeline.definition;

import io.leat.pipeline.definition.FeatureService.ViewFeature;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a feature is made of: fields of the event that its vector is of, and columns of views. Found
 * out once, when the feature is read; nobody looks into an expression for it again.
 *
 * @param fields the event's fields, sorted, those within records by their path: {@code amount},
 *     {@code address.street}
 * @param columns columns of views, sorted by their full names
 */
public record FeatureInputs(List<String> fields, List<ViewFeature> columns) {
  public FeatureInputs {
    fields = fields.stream().distinct().sorted().toList();
    columns = columns.stream().distinct().sorted(Comparator.comparing(ViewFeature::name)).toList();
  }

  /** One field of the event alone. */
  static FeatureInputs of(String field) {
    return new FeatureInputs(List.of(field), List.of());
  }

  /** One column of a view alone. */
  static FeatureInputs of(ViewFeature column) {
    return new FeatureInputs(List.of(), List.of(column));
  }

  /** The fields of the event itself that hold {@link #fields}: {@code address}. */
  public Set<String> topFields() {
    Set<String> names = new LinkedHashSet<>();
    fields.forEach(path -> names.add(path.split("\\.", 2)[0]));
    return names;
  }
}

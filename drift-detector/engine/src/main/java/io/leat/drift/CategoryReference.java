package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.leat.drift.statistic.ColumnKind;
import io.leat.drift.statistic.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a profile keeps of a stream of categories. The buckets: each kept category, all others, and
 * nulls. Immutable.
 */
public final class CategoryReference extends FeatureReference {
  @JsonProperty private final Categories categories;
  private final long[] expected;

  @JsonCreator
  CategoryReference(
      @JsonProperty(value = "name", required = true) DriftStream stream,
      @JsonProperty(value = "nulls", required = true) long nulls,
      @JsonProperty(value = "nullsByReason", required = true) Map<String, Long> nullsByReason,
      @JsonProperty(value = "categories", required = true) Categories categories) {
    super(stream, nulls, nullsByReason);
    this.categories = categories;
    this.expected = categories.expected();
    this.expected[expected.length - 1] = evaluatedNulls();
  }

  /**
   * @param nullsByReason by the reasons' texts
   */
  static CategoryReference of(
      DriftStream stream, Categories categories, Map<String, Long> nullsByReason) {
    return new CategoryReference(stream, sum(nullsByReason), nullsByReason, categories);
  }

  @Override
  Optional<FeatureReference> merge(FeatureReference other) {
    return other instanceof CategoryReference that
        ? Optional.of(of(stream(), categories.merge(that.categories), nullsWith(that)))
        : Optional.empty();
  }

  @Override
  Optional<FeatureCounts> values(FeatureReference other) {
    return other instanceof CategoryReference that
        ? Optional.of(categories.count(that.categories))
        : Optional.empty();
  }

  public Categories categories() {
    return categories;
  }

  @Override
  public ColumnKind kind() {
    return ColumnKind.CATEGORIES;
  }

  @Override
  public long count() {
    return categories.count();
  }

  @Override
  int cells() {
    return categories.cells();
  }

  @Override
  int cell(ColumnValues row, int column) {
    String category = row.category(column);
    return category == null ? -1 : categories.cell(category);
  }

  @Override
  Sample sample() {
    return Categories.sample(categories.count(), expected);
  }

  @Override
  Sample sample(FeatureCounts window) {
    return Categories.sample(window.values(), buckets(window));
  }

  @Override
  long[] buckets(FeatureCounts window) {
    long[] buckets = new long[expected.length];
    for (int cell = 0; cell < window.cells(); cell++) {
      buckets[categories.bucket(cell)] += window.cell(cell);
    }
    buckets[buckets.length - 1] = evaluatedNulls(window);
    return buckets;
  }

  @Override
  List<String> labels() {
    List<String> labels = new ArrayList<>(categories.names());
    labels.add("others, and new ones");
    labels.add("null");
    return labels;
  }

  @Override
  boolean isNew(int cell) {
    return cell == categories.newCell();
  }
}

package io.leat.features.engine;

import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.FeatureView.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is kept of one field under one filter, for all aggregations that ask for it: always how many
 * values there were, and of their sum, minimum and maximum those that some aggregation needs
 * ({@code avg} and {@code sum} share one sum).
 *
 * @param field the field; empty where events are counted
 * @param where text of the filter; empty where every event counts
 */
record Measure(
    Optional<String> field, Optional<String> where, boolean sum, boolean min, boolean max) {

  /** Whether a tile holds anything beside the count. */
  boolean hasNumbers() {
    return sum || min || max;
  }

  boolean serves(Aggregation aggregation) {
    return field.equals(aggregation.field()) && where.equals(whereOf(aggregation));
  }

  /** The measures that serve these aggregations, in the order of their first use. */
  static List<Measure> of(List<Aggregation> aggregations) {
    List<Measure> measures = new ArrayList<>();
    for (Aggregation aggregation : aggregations) {
      if (measures.stream().noneMatch(m -> m.serves(aggregation))) {
        measures.add(of(aggregation, aggregations));
      }
    }
    return List.copyOf(measures);
  }

  private static Measure of(Aggregation first, List<Aggregation> all) {
    Measure key = new Measure(first.field(), whereOf(first), false, false, false);
    Set<Function> functions =
        all.stream()
            .filter(key::serves)
            .map(Aggregation::function)
            .collect(Collectors.toCollection(TreeSet::new));
    if (key.field.isEmpty() && !functions.equals(Set.of(Function.COUNT))) {
      throw new IllegalArgumentException(
          "aggregation %s names no field; only a count can do without".formatted(first.name()));
    }
    return new Measure(
        key.field,
        key.where,
        functions.contains(Function.SUM) || functions.contains(Function.AVG),
        functions.contains(Function.MIN),
        functions.contains(Function.MAX));
  }

  private static Optional<String> whereOf(Aggregation aggregation) {
    return aggregation.where().map(w -> w.text());
  }
}

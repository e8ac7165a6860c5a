package io.leat.drift;

import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.expression.TypedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which segments rows are in. Immutable, thread-safe; holds the compiled expressions of segments.
 */
public final class Segmenter {
  private final List<Way> ways = new ArrayList<>();

  private record Way(int[] places, Optional<Scope> scope, Optional<Program> program) {}

  /**
   * @param keys by what rows are told apart
   * @param features names of the rows' values, in their order
   * @throws IllegalArgumentException if a key is made of a feature that is not among them
   */
  public Segmenter(List<Segments.Key> keys, List<String> features) {
    for (Segments.Key key : keys) {
      int[] places =
          key.inputs().stream().mapToInt(input -> features.indexOf(input.feature())).toArray();
      for (int i = 0; i < places.length; i++) {
        if (places[i] < 0) {
          throw new IllegalArgumentException(
              "segment %s is made of %s; there are %s"
                  .formatted(key.name(), key.inputs().get(i).feature(), features));
        }
      }
      Optional<Scope> scope =
          key.expression().isEmpty()
              ? Optional.empty()
              : Optional.of(
                  Scope.ofRow(
                      key.inputs().stream()
                          .map(input -> new TypedName(input.feature(), input.type()))
                          .toList()));
      ways.add(
          new Way(
              places,
              scope,
              scope.map(
                  of ->
                      Program.compile(
                          new Expression(key.expression(), "segment " + key.name(), 1),
                          of,
                          Program.Result.SCALAR))));
    }
  }

  /**
   * For each key the row's segment; null where a value that it needs is null, or the expression has
   * no value.
   *
   * @param values a value a feature: Number, Boolean, text, null or what stands in its place
   */
  public @Nullable String[] of(List<? extends @Nullable Object> values) {
    @Nullable String[] segments = new @Nullable String[ways.size()];
    for (int key = 0; key < segments.length; key++) {
      segments[key] = ColumnValues.category(value(ways.get(key), values));
    }
    return segments;
  }

  private static @Nullable Object value(Way way, List<? extends @Nullable Object> values) {
    if (way.program().isEmpty()) {
      return values.get(way.places()[0]);
    }
    @Nullable Object[] row = new @Nullable Object[way.places().length];
    for (int i = 0; i < row.length; i++) {
      Object value = values.get(way.places()[i]);
      row[i] = value instanceof CharSequence text ? text.toString() : value;
    }
    try {
      return way.program().get().evaluate(way.scope().orElseThrow().bind(row));
    } catch (ExpressionException e) {
      return null; // as a null input: a segment is no place to stop at
    }
  }
}

package io.leat.pipeline.reader;

import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Qualification;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Reads a view's list of derived features: {@code name: expression} over the event and the view's
 * own columns, each by its name within the view. Services see them by full names, and so does what
 * is read.
 */
final class DerivationReader {
  private final FeatureView view;
  private final Schema source;
  private final Problems problems;

  /**
   * @param view without derived features
   * @param source schema of its events
   */
  DerivationReader(FeatureView view, Schema source, Problems problems) {
    this.view = view;
    this.source = source;
    this.problems = problems;
  }

  List<DerivedFeature> read(Value list) {
    Map<Value, Expression> written = new LinkedHashMap<>();
    Set<String> names = new HashSet<>(view.featureNames());
    for (Value entry : list.nonEmptyList()) {
      Optional<Value> definition =
          Expressions.derived(entry, "trend: " + view.featureNames().get(0) + " / event.amount");
      definition.ifPresent(
          d -> {
            if (!names.add(d.name())) {
              d.problem("two features of the view have the name %s", d.name());
            }
            d.expression().ifPresent(text -> written.put(d, text));
          });
    }
    // All of them first: so that one that names another is told that it is there.
    Scope scope =
        VectorExpressions.withinView(
            source, view, written.keySet().stream().map(Value::name).toList());
    VectorExpressions vector = new VectorExpressions(source, List.of(view));
    List<DerivedFeature> read = new ArrayList<>();
    written.forEach(
        (definition, expression) ->
            derived(definition, expression, scope, vector).ifPresent(read::add));
    return read;
  }

  /**
   * Compiled as it is written, for what is wrong with it, and by full names, as services see it.
   */
  private Optional<DerivedFeature> derived(
      Value definition, Expression expression, Scope scope, VectorExpressions vector) {
    if (Expressions.check(expression, scope, Program.Result.SCALAR, problems).isEmpty()) {
      return Optional.empty();
    }
    String prefix = view.name() + ".";
    Expression full =
        Qualification.qualify(expression, scope, Set.copyOf(view.featureNames()), prefix);
    return Expressions.check(() -> vector.derive(prefix + definition.name(), full), problems)
        .filter(
            feature -> {
              boolean own = !feature.inputs().columns().isEmpty();
              if (!own) {
                definition.problem(
                    "%s uses no feature of the view; expected one of %s. What is made of the event alone stands in a service",
                    definition.name(), String.join(", ", view.featureNames()));
              }
              return own;
            });
  }
}

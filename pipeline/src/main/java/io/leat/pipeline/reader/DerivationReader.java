package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Expression;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureView;
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
    Map<Value, DerivedFeature> written = new LinkedHashMap<>();
    Set<String> names = new HashSet<>(view.featureNames());
    for (Value entry : list.nonEmptyList()) {
      Optional<Value> definition =
          Expressions.derived(entry, "trend: " + view.featureNames().get(0) + " / event.amount");
      definition.ifPresent(
          d -> {
            if (!names.add(d.name())) {
              d.problem("two features of the view have the name %s", d.name());
            }
            d.expression()
                .ifPresent(
                    text -> written.put(d, new DerivedFeature(view.name() + "." + d.name(), text)));
          });
    }
    // All of them first: so that one that names another is told that it is there.
    Scope scope = Scope.ofView(source, view.with(List.copyOf(written.values())));
    List<DerivedFeature> read = new ArrayList<>();
    written.forEach(
        (definition, feature) ->
            qualified(definition, feature.expression(), scope)
                .ifPresent(text -> read.add(new DerivedFeature(feature.name(), text))));
    return read;
  }

  private Optional<Expression> qualified(Value definition, Expression expression, Scope scope) {
    if (Expressions.check(expression, scope, Program.Result.SCALAR, problems).isEmpty()) {
      return Optional.empty();
    }
    String prefix = view.name() + ".";
    Expression full =
        Qualification.qualify(expression, scope, Set.copyOf(view.featureNames()), prefix);
    Scope vector = Scope.ofVector(source, List.of(view));
    return Expressions.check(full, vector, Program.Result.SCALAR, problems)
        .filter(
            program -> {
              boolean own = program.names().stream().anyMatch(name -> name.startsWith(prefix));
              if (!own) {
                definition.problem(
                    "%s uses no feature of the view; expected one of %s. What is made of the event alone stands in a service",
                    definition.name(), String.join(", ", view.featureNames()));
              }
              return own;
            })
        .map(program -> full);
  }
}

package io.leat.pipeline.derivation;

import io.leat.common.Lookups;
import io.leat.pipeline.definition.FeatureInputs;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Column;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.expression.TypedName;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Expressions over an event's fields, as {@code event.field}, and views' columns, as {@code
 * view.column}. What views derive is told apart from what is unknown. Immutable and thread-safe;
 * make one for many expressions, since it brings a compiler.
 */
public final class VectorExpressions {
  private static final String EVENT = "event.";
  private static final String DERIVED =
      "derived itself; a derived feature is made of the event and of aggregations over windows";
  private static final Map<Class<?>, ValueType> TYPES =
      Map.of(
          Double.class, ValueType.DOUBLE,
          Long.class, ValueType.LONG,
          Boolean.class, ValueType.BOOLEAN,
          String.class, ValueType.STRING);

  private final Scope scope;
  private final Map<String, ViewFeature> columns = new LinkedHashMap<>();

  /**
   * @param event schema of the event that a vector is of
   * @param views views of different names
   */
  public VectorExpressions(Schema event, Collection<FeatureView> views) {
    List<List<TypedName>> rows = new ArrayList<>();
    Map<String, String> unusable = new LinkedHashMap<>();
    for (FeatureView view : views) {
      List<TypedName> row = new ArrayList<>();
      for (Column column : view.columns()) {
        ViewFeature feature = new ViewFeature(view.id(), column.name());
        columns.put(feature.name(), feature);
        row.add(new TypedName(feature.name(), column.aggregation().type()));
      }
      rows.add(row);
      view.derived().forEach(derived -> unusable.put(derived.name(), DERIVED));
    }
    this.scope = Scope.ofEventAndRows(event, rows, unusable);
  }

  /**
   * The names that a view's own derived features use: the event's fields, as {@code event.field},
   * and the view's features, each by its name within the view.
   *
   * @param derived names within the view of what it derives
   */
  public static Scope withinView(Schema event, FeatureView view, Collection<String> derived) {
    List<TypedName> row =
        view.columns().stream()
            .map(column -> new TypedName(column.name(), column.aggregation().type()))
            .toList();
    Map<String, String> unusable = new LinkedHashMap<>();
    derived.forEach(name -> unusable.put(name, DERIVED));
    return Scope.ofEventAndRows(event, List.of(row), unusable);
  }

  /** The names, which bind an event and, for each view in their order, its columns' values. */
  public Scope scope() {
    return scope;
  }

  /**
   * A derived feature, with what it is made of.
   *
   * @param name its full name
   * @throws ExpressionException if the expression does not compile
   */
  public DerivedFeature derive(String name, Expression expression) {
    Program program = compile(expression);
    List<String> fields = new ArrayList<>();
    List<ViewFeature> used = new ArrayList<>();
    for (String one : program.names()) {
      if (one.startsWith(EVENT)) {
        fields.add(one.substring(EVENT.length()));
      } else {
        used.add(Lookups.required(columns, one));
      }
    }
    return new DerivedFeature(
        name, expression, new FeatureInputs(fields, used), Lookups.required(TYPES, program.type()));
  }

  /**
   * The way to a derived feature's value.
   *
   * @throws ExpressionException if the expression does not compile
   */
  public Program compile(Expression expression) {
    return Program.compile(expression, scope, Program.Result.SCALAR);
  }
}

package io.leat.features.engine;

import io.leat.pipeline.Expression;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * What an event brings to each measure of a view: its field's value, if its filter lets the event
 * pass. One thread's; each distinct filter is evaluated once an event.
 */
final class EventValues {
  private static final int EVERY_EVENT = -1;

  private final Schema schema;

  /** Null where no aggregation has a filter: a scope brings a compiler, which is not cheap. */
  private final @Nullable Scope scope;

  private final List<Program> filters = new ArrayList<>();
  private final boolean[] holds;

  /** For each measure its field (null counts events) and its filter. */
  private final @Nullable NumericField[] fields;

  private final int[] filterOf;
  private final double[] values;
  private final LongAdder failedFilters = new LongAdder();

  EventValues(FeatureView view, Schema schema, List<Measure> measures) {
    this.schema = schema;
    Map<String, Expression> byText = new LinkedHashMap<>();
    for (FeatureView.Aggregation aggregation : view.aggregations()) {
      aggregation.where().ifPresent(where -> byText.putIfAbsent(where.text(), where));
    }
    this.scope = byText.isEmpty() ? null : Scope.ofFields(schema);
    for (Expression where : byText.values()) {
      filters.add(Program.compile(where, scope, Program.Result.BOOL));
    }
    List<String> texts = List.copyOf(byText.keySet());
    this.holds = new boolean[filters.size()];
    this.values = new double[measures.size()];
    this.fields = new @Nullable NumericField[measures.size()];
    this.filterOf = new int[measures.size()];
    for (int m = 0; m < values.length; m++) {
      Measure measure = measures.get(m);
      fields[m] = measure.field().map(name -> new NumericField(schema, name)).orElse(null);
      filterOf[m] = measure.where().map(texts::indexOf).orElse(EVERY_EVENT);
    }
  }

  /**
   * One value a measure: NaN where the event is passed over, 0 where only the event counts. The
   * array is used again for the next event.
   *
   * @throws IllegalArgumentException if the event has another schema
   */
  double[] of(GenericRecord event) {
    checkSchema(event);
    evaluateFilters(event);
    for (int m = 0; m < values.length; m++) {
      NumericField field = fields[m];
      boolean passes = filterOf[m] == EVERY_EVENT || holds[filterOf[m]];
      values[m] = !passes ? Double.NaN : field == null ? 0 : field.read(event);
    }
    return values;
  }

  long failedFilters() {
    return failedFilters.sum();
  }

  private void evaluateFilters(GenericRecord event) {
    if (scope == null) {
      return;
    }
    Map<String, Object> bindings = scope.bind(event);
    for (int f = 0; f < holds.length; f++) {
      try {
        holds[f] = Boolean.TRUE.equals(filters.get(f).evaluate(bindings));
      } catch (ExpressionException e) {
        failedFilters.increment();
        holds[f] = false;
      }
    }
  }

  private void checkSchema(GenericRecord event) {
    Schema found = event.getSchema();
    if (!found.equals(schema)) {
      throw new IllegalArgumentException(
          "the event has schema %s; expected the current version of %s, which this view was made for"
              .formatted(found.getFullName(), schema.getFullName()));
    }
  }
}

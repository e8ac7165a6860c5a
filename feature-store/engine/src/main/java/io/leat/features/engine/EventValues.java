package io.leat.features.engine;

import static java.util.Objects.requireNonNull;

import io.leat.features.aggregation.InputValue;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Filter;
import io.leat.pipeline.expression.Expression;
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
 * What an event brings to each input of a view: its field's value, if its filter lets the event
 * pass. One thread's; each distinct filter is evaluated once an event.
 */
final class EventValues {
  private static final int EVERY_EVENT = -1;

  private final Schema schema;
  private final EventIdentity identity;
  private final boolean needsId;

  /** Null where no aggregation has a filter: a scope brings a compiler, which is not cheap. */
  private final @Nullable Scope scope;

  private final List<Program> filters = new ArrayList<>();
  private final boolean[] holds;

  /** For each input its field, as its kind looks at it, and its filter. */
  private final @Nullable NumericField[] numbers;

  private final @Nullable EventFeatureReader[] scalars;
  private final boolean[] takesNulls;
  private final int[] filterOf;

  private final InputValue[] pool;
  private final @Nullable InputValue[] inputValues;
  private final LongAdder failedFilters = new LongAdder();

  EventValues(
      FeatureView view, Schema schema, EventIdentity identity, List<AggregationInput> inputs) {
    this.schema = schema;
    this.identity = identity;
    this.needsId = inputs.stream().anyMatch(AggregationInput::needsId);
    Map<String, Expression> byText = new LinkedHashMap<>();
    for (FeatureView.Aggregation aggregation : view.aggregations()) {
      aggregation
          .where()
          .map(Filter::condition)
          .ifPresent(where -> byText.putIfAbsent(where.text(), where));
    }
    this.scope = byText.isEmpty() ? null : Scope.ofFields(schema);
    for (Expression where : byText.values()) {
      filters.add(Program.compile(where, requireNonNull(scope), Program.Result.BOOL));
    }
    List<String> texts = List.copyOf(byText.keySet());
    this.holds = new boolean[filters.size()];
    int size = inputs.size();
    this.numbers = new @Nullable NumericField[size];
    this.scalars = new @Nullable EventFeatureReader[size];
    this.takesNulls = new boolean[size];
    this.filterOf = new int[size];
    this.pool = new InputValue[size];
    this.inputValues = new @Nullable InputValue[size];
    for (int m = 0; m < size; m++) {
      AggregationInput input = inputs.get(m);
      switch (input.kind()) {
        case EVENTS -> {}
        case NUMBERS -> numbers[m] = new NumericField(schema, input.field().orElseThrow());
        case VALUES, VALUES_AND_NULLS ->
            scalars[m] = new EventFeatureReader(schema, input.field().orElseThrow());
      }
      takesNulls[m] = input.kind() == AggregationInput.Kind.VALUES_AND_NULLS;
      filterOf[m] = input.where().map(texts::indexOf).orElse(EVERY_EVENT);
      pool[m] = new InputValue();
    }
  }

  /**
   * Reads an event of the schema.
   *
   * @param time its event time
   * @return whether it brings something to some input
   */
  boolean read(GenericRecord event, long time) {
    String id = needsId ? identity.id(event) : "";
    evaluateFilters(event);
    boolean any = false;
    for (int m = 0; m < pool.length; m++) {
      boolean passes = filterOf[m] == EVERY_EVENT || holds[filterOf[m]];
      boolean brings = passes && read(event, m);
      inputValues[m] = brings ? pool[m] : null;
      if (brings) {
        pool[m].id = id;
        pool[m].time = time;
        any = true;
      }
    }
    return any;
  }

  /** Whether the event's field is a value to the input, which is then read. */
  private boolean read(GenericRecord event, int m) {
    NumericField number = numbers[m];
    if (number != null) {
      return number.read(event, pool[m]);
    }
    EventFeatureReader scalar = scalars[m];
    if (scalar == null) {
      return true;
    }
    pool[m].value = scalar.read(event);
    return takesNulls[m] || pool[m].value != null;
  }

  /**
   * What the event that was read last brings to each input; null where it is passed over. The array
   * and what it holds are used again for the next event.
   */
  @Nullable InputValue[] inputValues() {
    return inputValues;
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

  /**
   * The event's time, in its contract's unit.
   *
   * @throws IllegalArgumentException if the event has another schema, or no event time
   */
  long time(GenericRecord event) {
    Schema found = event.getSchema();
    if (!found.equals(schema)) {
      throw new IllegalArgumentException(
          "the event has schema %s; expected the current version of %s, which this view was made for"
              .formatted(found.getFullName(), schema.getFullName()));
    }
    return identity.time(event);
  }
}

package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.List;

/** The field of the newest event. */
final class Latest implements AggregateFunction {
  @Override
  public String name() {
    return "latest";
  }

  @Override
  public String description() {
    return "the field of the newest event, null where it is null there";
  }

  @Override
  public InputType input() {
    return InputType.SCALARS_AND_NULLS;
  }

  @Override
  public ValueType resultType(ValueType field) {
    return field;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(EndsAccumulator.NEWEST.with(1));
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(EndsAccumulator.NEWEST).valueOr(0, NullReason.NULL_IN_NEWEST_EVENT);
  }
}

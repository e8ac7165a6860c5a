package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.List;

/** The newest value. */
final class Last implements AggregateFunction {
  @Override
  public String name() {
    return "last";
  }

  @Override
  public String description() {
    return "the newest value that is not null";
  }

  @Override
  public InputType input() {
    return InputType.SCALARS;
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
    return window.get(EndsAccumulator.NEWEST).valueOr(0, NullReason.NO_EVENT);
  }
}

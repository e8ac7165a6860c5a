package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.List;

/** The oldest value. */
final class First implements AggregateFunction {
  @Override
  public String name() {
    return "first";
  }

  @Override
  public String description() {
    return "the oldest value that is not null";
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
    return List.of(EndsAccumulator.OLDEST.with(1));
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(EndsAccumulator.OLDEST).valueOr(0, NullReason.NO_EVENT);
  }
}

package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest values, the newest first. */
final class LastN implements AggregateFunction {
  @Override
  public String name() {
    return "last_n";
  }

  @Override
  public String description() {
    return "the newest values, the newest first";
  }

  @Override
  public InputType input() {
    return InputType.SCALARS;
  }

  @Override
  public Parameter parameter() {
    return Parameter.SIZE;
  }

  @Override
  public ValueType resultType(ValueType field) {
    return field;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(EndsAccumulator.NEWEST.with(parameter));
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return value(window, 0);
  }

  @Override
  public void finish(AggregatedWindow window, @Nullable Object[] values, int first) {
    for (int rank = 0; rank < (int) window.parameter(); rank++) {
      values[first + rank] = value(window, rank);
    }
  }

  private static Object value(AggregatedWindow window, int rank) {
    return window.get(EndsAccumulator.NEWEST).valueOr(rank, NullReason.TOO_FEW_VALUES);
  }
}

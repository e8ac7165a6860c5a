package io.leat.features.aggregation;

import static java.util.Objects.requireNonNull;

import io.leat.schemas.NullReason;
import java.math.BigDecimal;
import java.util.List;

/** The newest value less the one before it. */
final class Delta implements AggregateFunction {
  @Override
  public String name() {
    return "delta";
  }

  @Override
  public String description() {
    return "the newest value less the one before it; null of fewer than two values";
  }

  @Override
  public InputType input() {
    return InputType.NUMERIC_VALUES;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(EndsAccumulator.NEWEST.with(2));
  }

  @Override
  public Object finish(AggregatedWindow window) {
    EndsAccumulator ends = window.get(EndsAccumulator.NEWEST);
    return ends.size() < 2
        ? NullReason.TOO_FEW_VALUES
        : (Object) difference(requireNonNull(ends.value(0)), requireNonNull(ends.value(1)));
  }

  /** The difference of two numbers or booleans, rounded once. */
  private static double difference(Object one, Object other) {
    return one instanceof Long || other instanceof Long
        ? decimal(one).subtract(decimal(other)).doubleValue()
        : toDouble(one) - toDouble(other);
  }

  private static BigDecimal decimal(Object number) {
    return number instanceof Long whole
        ? BigDecimal.valueOf(whole)
        : new BigDecimal(toDouble(number));
  }

  private static double toDouble(Object value) {
    return value instanceof Boolean bool ? (bool ? 1 : 0) : ((Number) value).doubleValue();
  }
}

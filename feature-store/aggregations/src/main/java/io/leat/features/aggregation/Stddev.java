package io.leat.features.aggregation;

import java.util.List;

/** Square root of {@link Variance}, finite also where that is not. */
final class Stddev implements AggregateFunction {
  @Override
  public String name() {
    return "stddev";
  }

  @Override
  public String description() {
    return "square root of `variance`; null of fewer than two values";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(SumAccumulator.KIND.spec(), SquaresAccumulator.KIND.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return Variance.of(window, true);
  }
}

package io.leat.features.aggregation;

import java.util.List;

/** The exact sum of the numbers, rounded once. */
final class Sum implements AggregateFunction {
  @Override
  public String name() {
    return "sum";
  }

  @Override
  public String description() {
    return "the sum; exact until it is rounded once";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(SumAccumulator.KIND.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(SumAccumulator.KIND).sum.round();
  }
}

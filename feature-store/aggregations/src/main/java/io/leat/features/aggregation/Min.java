package io.leat.features.aggregation;

import java.util.List;

/** The least of the numbers. */
final class Min implements AggregateFunction {
  @Override
  public String name() {
    return "min";
  }

  @Override
  public String description() {
    return "the least";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(ExtremeAccumulator.MINIMUM.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(ExtremeAccumulator.MINIMUM).extreme;
  }
}

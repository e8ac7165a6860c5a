package io.leat.features.aggregation;

import java.util.List;

/** The greatest of the numbers. */
final class Max implements AggregateFunction {
  @Override
  public String name() {
    return "max";
  }

  @Override
  public String description() {
    return "the greatest";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(ExtremeAccumulator.MAXIMUM.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(ExtremeAccumulator.MAXIMUM).extreme;
  }
}

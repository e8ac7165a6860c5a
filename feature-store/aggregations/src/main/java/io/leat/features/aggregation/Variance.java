package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import java.util.List;

/** Sample variance (n - 1). */
final class Variance implements AggregateFunction {
  @Override
  public String name() {
    return "variance";
  }

  @Override
  public String description() {
    return "of the sample (n - 1); null of fewer than two values; without cancellation";
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
    return of(window, false);
  }

  /** The value; or why there is none. */
  static Object of(AggregatedWindow window, boolean root) {
    if (window.count() < 2) {
      return NullReason.TOO_FEW_VALUES;
    }
    SquaresAccumulator squares = window.get(SquaresAccumulator.KIND);
    if (squares.isIncomplete()) {
      return NullReason.NOT_FINITE;
    }
    ExactSum sum = window.get(SumAccumulator.KIND).sum;
    return root ? squares.deviation(window.count(), sum) : squares.variance(window.count(), sum);
  }
}

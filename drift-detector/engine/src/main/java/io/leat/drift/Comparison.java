package io.leat.drift;

import io.leat.drift.statistic.Input;
import io.leat.drift.statistic.Sample;
import io.leat.drift.statistic.Statistic;
import java.util.OptionalDouble;

/** A window beside the reference, for any statistic. */
record Comparison(Sample reference, Sample window) {
  static Comparison of(FeatureReference reference, FeatureCounts window) {
    return new Comparison(reference.sample(), reference.sample(window));
  }

  /** The statistic of the window; empty where the window holds less than the minimum. */
  OptionalDouble value(Statistic statistic, long minimum) {
    return holds(statistic.input(), minimum)
        ? statistic.value(reference, window)
        : OptionalDouble.empty();
  }

  /** As {@link #value}, of a window that is a part of the reference against the rest of it. */
  OptionalDouble valueFromRest(Statistic statistic, long minimum) {
    Input input = statistic.input();
    return holds(input, minimum) && input.size(window) < input.size(reference)
        ? statistic.valueFromRest(reference, window)
        : OptionalDouble.empty();
  }

  private boolean holds(Input input, long minimum) {
    return input.size(window) >= Math.max(1, minimum);
  }

  /**
   * How far at most the exact statistic of a window that has a {@link #value} is above it; 0 where
   * the value is exact.
   */
  double error(Statistic statistic) {
    return statistic.error(reference, window);
  }
}

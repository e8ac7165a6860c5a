package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;

import java.io.IOException;
import java.util.List;

/**
 * The geometric moving average of deviations: Z = alpha Z + (1 - alpha)(x - m), m the mean of all
 * values so far, x included; drift where Z &gt; threshold. Finds increases. Begins anew after a
 * drift. Memory and time a value: constant.
 */
final class GeometricMovingAverage extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "geometric_moving_average_up",
          "geometric moving average of deviations from the running mean, for an increase"
              + " (Frouros')",
          "Roberts, Technometrics 1 (1959)",
          Values.NUMBERS,
          List.of(
              count("min_values", 30, 1, "values before which nothing is told"),
              number("alpha", 0.99, 0, 1, "weight of the former average"),
              number("threshold", 1, 0, 1e12, "what the average is above after a change")),
          GeometricMovingAverage::new);

  private final int least;
  private final double alpha;
  private final double threshold;
  private final Mean mean = new Mean();
  private double average;

  private GeometricMovingAverage(Parameters parameters) {
    super(parameters);
    least = parameters.count("min_values");
    alpha = parameters.number("alpha");
    threshold = parameters.number("threshold");
  }

  @Override
  State next(double value) {
    mean.add(value);
    average = alpha * average + (1 - alpha) * (value - mean.value());
    if (mean.n() < least || !(average > threshold)) {
      return State.STABLE;
    }
    mean.set(new Mean());
    average = 0;
    return State.DRIFT;
  }

  @Override
  void pass(Fields fields) throws IOException {
    mean.pass(fields);
    average = fields.number(average);
  }
}

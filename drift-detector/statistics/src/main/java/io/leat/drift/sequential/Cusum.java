package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;

import java.io.IOException;
import java.util.List;

/**
 * The one-sided cumulative sum: S = max(0, S + (x - m) - delta), m the mean of all values so far, x
 * included; drift where S &gt; threshold. Finds increases. Begins anew after a drift. Memory and
 * time a value: constant.
 */
final class Cusum extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "cusum_up",
          "one-sided cumulative sum of deviations from the running mean, for an increase (Frouros')",
          "Page, Biometrika 41 (1954)",
          Values.NUMBERS,
          List.of(
              count("min_values", 30, 1, "values before which nothing is told"),
              number("delta", 0.005, 0, 1e9, "how far from the mean counts as none"),
              number("threshold", 50, 0, 1e12, "what the sum is above after a change")),
          Cusum::new);

  private final int least;
  private final double delta;
  private final double threshold;
  private final Mean mean = new Mean();
  private double sum;

  private Cusum(Parameters parameters) {
    super(parameters);
    least = parameters.count("min_values");
    delta = parameters.number("delta");
    threshold = parameters.number("threshold");
  }

  @Override
  State next(double value) {
    mean.add(value);
    sum = Math.max(0, sum + value - mean.value() - delta);
    if (mean.n() < least || !(sum > threshold)) {
      return State.STABLE;
    }
    mean.set(new Mean());
    sum = 0;
    return State.DRIFT;
  }

  @Override
  void pass(Fields fields) throws IOException {
    mean.pass(fields);
    sum = fields.number(sum);
  }
}

package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.probability;

import java.io.IOException;
import java.util.List;

/**
 * Hoeffding's drift detection method by averages: keeps the mean Z of all n values, and the mean X
 * of the first k of them, where k is the cut at which the upper confidence bound of the mean was
 * least (Hoeffding's bound, sqrt(ln(1/a) / (2 k)), with the confidence of drift). Tells a change
 * where Z - X is at least sqrt((n - k) / (n k) ln(2/a) / 2). The one-sided variant finds increases,
 * the two-sided one decreases also, with the cut at which the lower bound was greatest. Begins anew
 * after a drift. Memory and time a value: constant.
 */
final class HddmA extends Detector {
  private static final List<Parameter> PARAMETERS =
      List.of(
          probability("drift_confidence", 0.001, "probability of telling a drift where is none"),
          probability("warning_confidence", 0.005, "probability of warning where is no drift"));
  private static final String SOURCE =
      "Frías-Blanco et al., IEEE Transactions on Knowledge and Data Engineering 27 (2015)";

  static final DetectorKind ONE_SIDED =
      new DetectorKind(
          "hddm_a",
          "Hoeffding's drift detection method by averages, for an increase",
          SOURCE,
          Values.UNIT,
          PARAMETERS,
          parameters -> new HddmA(parameters, false));
  static final DetectorKind TWO_SIDED =
      new DetectorKind(
          "hddm_a_two_sided",
          "Hoeffding's drift detection method by averages, for an increase or a decrease",
          SOURCE,
          Values.UNIT,
          PARAMETERS,
          parameters -> new HddmA(parameters, true));

  private final boolean isTwoSided;
  private final double drift;
  private final double warning;
  private final Mean all = new Mean();
  private final Mean low = new Mean();
  private final Mean high = new Mean();

  private HddmA(Parameters parameters, boolean isTwoSided) {
    super(parameters);
    this.isTwoSided = isTwoSided;
    drift = parameters.number("drift_confidence");
    warning = parameters.number("warning_confidence");
  }

  @Override
  State next(double value) {
    all.add(value);
    double bound = bound(all);
    if (low.n() == 0 || low.value() + bound(low) >= all.value() + bound) {
      low.set(all);
    }
    if (high.n() == 0 || high.value() - bound(high) <= all.value() - bound) {
      high.set(all);
    }
    if (isChange(drift)) {
      all.set(new Mean());
      low.set(all);
      high.set(all);
      return State.DRIFT;
    }
    return isChange(warning) ? State.WARNING : State.STABLE;
  }

  private double bound(Mean mean) {
    return Math.sqrt(Math.log(1 / drift) / (2 * mean.n()));
  }

  private boolean isChange(double confidence) {
    return differs(low, all.value() - low.value(), confidence)
        || isTwoSided && differs(high, high.value() - all.value(), confidence);
  }

  private boolean differs(Mean cut, double difference, double confidence) {
    double n = all.n();
    return cut.n() < all.n()
        && difference >= Math.sqrt((n - cut.n()) / (cut.n() * n) * Math.log(2 / confidence) / 2);
  }

  @Override
  void pass(Fields fields) throws IOException {
    all.pass(fields);
    low.pass(fields);
    high.pass(fields);
  }
}

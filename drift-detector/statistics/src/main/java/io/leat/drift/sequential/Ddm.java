package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;

import java.io.IOException;
import java.util.List;

/**
 * The drift detection method: with p the error rate so far and s = sqrt(p (1 - p) / n), remembers p
 * and s where p + s was least; warns where p + s is more than {@code warning} of that s above that
 * p, and tells drift at {@code drift} of it. Finds increases of the error rate. Begins anew after a
 * drift. Memory and time a value: constant.
 */
final class Ddm extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "ddm",
          "drift detection method: the error rate against its least so far",
          "Gama et al., SBIA (2004)",
          Values.ERRORS,
          List.of(
              count("min_values", 30, 1, "values up to which nothing is told"),
              number("warning", 2, 0, 1e6, "standard deviations above the least that warn"),
              number("drift", 3, 0, 1e6, "standard deviations above the least that are a drift")),
          Ddm::new);

  private final int least;
  private final double warning;
  private final double drift;
  private final Mean errors = new Mean();
  private double leastRate = Double.POSITIVE_INFINITY;
  private double leastDeviation;

  private Ddm(Parameters parameters) {
    super(parameters);
    least = parameters.count("min_values");
    warning = parameters.number("warning");
    drift = parameters.number("drift");
  }

  @Override
  State next(double value) {
    errors.add(value);
    double rate = errors.value();
    double deviation = Math.sqrt(rate * (1 - rate) / errors.n());
    if (errors.n() <= least) {
      return State.STABLE;
    }
    if (rate + deviation <= leastRate + leastDeviation) {
      leastRate = rate;
      leastDeviation = deviation;
    }
    if (rate + deviation > leastRate + drift * leastDeviation) {
      errors.set(new Mean());
      leastRate = Double.POSITIVE_INFINITY;
      leastDeviation = 0;
      return State.DRIFT;
    }
    return rate + deviation > leastRate + warning * leastDeviation ? State.WARNING : State.STABLE;
  }

  @Override
  void pass(Fields fields) throws IOException {
    errors.pass(fields);
    leastRate = fields.number(leastRate);
    leastDeviation = fields.number(leastDeviation);
  }
}

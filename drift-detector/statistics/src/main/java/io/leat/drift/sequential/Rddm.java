package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;

import java.io.IOException;
import java.util.List;

/**
 * The reactive drift detection method: {@link Ddm} that does not grow deaf in a long concept. It
 * keeps the last {@code min_concept} values, and computes its rates of these anew after a drift,
 * where a warning lasts for {@code max_warnings} values (a drift, too), and where a concept has had
 * {@code max_concept} values without a warning (no drift: it only forgets). After a drift without a
 * warning before it, only the last value is kept.
 *
 * <p>Memory: {@code min_concept} values. Time a value: constant, {@code min_concept} where rates
 * are computed anew.
 */
final class Rddm extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "rddm",
          "reactive drift detection method: DDM that forgets the beginning of a long concept",
          "Barros et al., Expert Systems with Applications 90 (2017)",
          Values.ERRORS,
          List.of(
              count("min_values", 129, 1, "values before which nothing is told"),
              number("warning", 1.773, 0, 1e6, "standard deviations above the least that warn"),
              number(
                  "drift", 2.258, 0, 1e6, "standard deviations above the least that are a drift"),
              count("max_concept", 40_000, 1, "values after which the beginning is forgotten"),
              count("min_concept", 7_000, 1, "values that are kept"),
              count("max_warnings", 1_400, 1, "warnings in a row that are a drift")),
          Rddm::new);

  private final int least;
  private final double warning;
  private final double drift;
  private final int maxConcept;
  private final int maxWarnings;
  private final Recent kept;
  private final Mean errors = new Mean();
  private double leastRate = Double.POSITIVE_INFINITY;
  private double leastDeviation = Double.POSITIVE_INFINITY;
  private long warnings;
  private State last = State.STABLE;
  private boolean isToBeComputedAnew;

  private Rddm(Parameters parameters) {
    super(parameters);
    least = parameters.count("min_values");
    warning = parameters.number("warning");
    drift = parameters.number("drift");
    maxConcept = parameters.count("max_concept");
    maxWarnings = parameters.count("max_warnings");
    kept = new Recent(parameters.count("min_concept"));
  }

  @Override
  State next(double value) {
    if (isToBeComputedAnew) {
      computeAnew();
    }
    kept.add(value);
    errors.add(value);
    last = errors.n() < least ? State.STABLE : look();
    return last;
  }

  private State look() {
    double level = errors.value() + deviation();
    if (level < leastRate + leastDeviation) {
      remember();
    }
    if (level > leastRate + drift * leastDeviation) {
      isToBeComputedAnew = true;
      if (warnings == 0) {
        kept.keep(1);
      }
      return State.DRIFT;
    }
    if (level > leastRate + warning * leastDeviation) {
      if (warnings >= maxWarnings) {
        isToBeComputedAnew = true;
        kept.keep(1);
        return State.DRIFT;
      }
      warnings++;
      return State.WARNING;
    }
    warnings = 0;
    isToBeComputedAnew = errors.n() >= maxConcept;
    return State.STABLE;
  }

  /** Of what is kept; the least anew only where it was a drift. */
  private void computeAnew() {
    errors.set(new Mean());
    leastRate = Double.POSITIVE_INFINITY;
    leastDeviation = Double.POSITIVE_INFINITY;
    warnings = 0;
    for (int i = 0; i < kept.size(); i++) {
      errors.add(kept.get(i));
      if (last == State.DRIFT
          && errors.n() >= least
          && errors.value() + deviation() < leastRate + leastDeviation) {
        remember();
      }
    }
    isToBeComputedAnew = false;
  }

  private void remember() {
    leastRate = errors.value();
    leastDeviation = deviation();
  }

  private double deviation() {
    return Math.sqrt(errors.value() * (1 - errors.value()) / errors.n());
  }

  @Override
  void pass(Fields fields) throws IOException {
    kept.pass(fields);
    errors.pass(fields);
    leastRate = fields.number(leastRate);
    leastDeviation = fields.number(leastDeviation);
    warnings = fields.whole(warnings);
    last = fields.whole(last == State.DRIFT ? 1 : 0) == 1 ? State.DRIFT : State.STABLE;
    isToBeComputedAnew = fields.whole(isToBeComputedAnew ? 1 : 0) == 1;
  }
}

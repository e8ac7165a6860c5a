package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.number;
import static io.leat.drift.sequential.Parameter.probability;

import java.io.IOException;
import java.util.List;

/**
 * Hoeffding's drift detection method by weighted averages: exponentially weighted means of all
 * values, of those up to a cut, and of those after it; the cut is where the mean's upper confidence
 * bound (McDiarmid's, sqrt(b ln(1/a) / 2), b the sum of squared weights) was least. Tells a change
 * where the mean after the cut is above that before it by more than the bound of both together. The
 * one-sided variant finds increases, the two-sided one decreases also. Begins anew after a drift.
 * Memory and time a value: constant.
 */
final class HddmW extends Detector {
  private static final List<Parameter> PARAMETERS =
      List.of(
          probability("drift_confidence", 0.001, "probability of telling a drift where is none"),
          probability("warning_confidence", 0.005, "probability of warning where is no drift"),
          number("lambda", 0.05, 0, 1, "weight of the newest value"));
  private static final String SOURCE =
      "Frías-Blanco et al., IEEE Transactions on Knowledge and Data Engineering 27 (2015)";

  static final DetectorKind ONE_SIDED =
      new DetectorKind(
          "hddm_w",
          "Hoeffding's drift detection method by exponentially weighted averages, for an increase",
          SOURCE,
          Values.UNIT,
          PARAMETERS,
          parameters -> new HddmW(parameters, false));
  static final DetectorKind TWO_SIDED =
      new DetectorKind(
          "hddm_w_two_sided",
          "Hoeffding's drift detection method by exponentially weighted averages, for an increase"
              + " or a decrease",
          SOURCE,
          Values.UNIT,
          PARAMETERS,
          parameters -> new HddmW(parameters, true));

  private final boolean isTwoSided;
  private final double drift;
  private final double warning;
  private final double lambda;
  private final Average all = new Average();
  private final Cut up = new Cut(1);
  private final Cut down = new Cut(-1);

  private HddmW(Parameters parameters, boolean isTwoSided) {
    super(parameters);
    this.isTwoSided = isTwoSided;
    drift = parameters.number("drift_confidence");
    warning = parameters.number("warning_confidence");
    lambda = parameters.number("lambda");
  }

  @Override
  State next(double value) {
    all.add(value);
    up.add(value);
    down.add(value);
    if (isChange(drift)) {
      all.set(new Average());
      up.beginAnew();
      down.beginAnew();
      return State.DRIFT;
    }
    return isChange(warning) ? State.WARNING : State.STABLE;
  }

  private boolean isChange(double confidence) {
    return up.differs(confidence) || isTwoSided && down.differs(confidence);
  }

  private static double bound(double squares, double confidence) {
    return Math.sqrt(squares * Math.log(1 / confidence) / 2);
  }

  @Override
  void pass(Fields fields) throws IOException {
    all.pass(fields);
    up.pass(fields);
    down.pass(fields);
  }

  /** An exponentially weighted mean, and the sum of its squared weights (1 of no value). */
  private final class Average {
    private long n;
    private double mean;
    private double squares = 1;

    void add(double value) {
      mean = n == 0 ? value : lambda * value + (1 - lambda) * mean;
      squares = lambda * lambda + (1 - lambda) * (1 - lambda) * squares;
      n++;
    }

    void set(Average other) {
      n = other.n;
      mean = other.mean;
      squares = other.squares;
    }

    void pass(Fields fields) throws IOException {
      n = fields.whole(n);
      mean = fields.number(mean);
      squares = fields.number(squares);
    }
  }

  /** The means before and after the cut, for an increase (sign 1) or a decrease (-1). */
  private final class Cut {
    private final int sign;
    private final Average before = new Average();
    private final Average after = new Average();
    private double level = Double.POSITIVE_INFINITY;

    Cut(int sign) {
      this.sign = sign;
    }

    void add(double value) {
      double here = sign * all.mean + bound(all.squares, drift);
      if (here < level) {
        level = here;
        before.set(all);
        after.set(new Average());
      } else {
        after.add(value);
      }
    }

    boolean differs(double confidence) {
      return before.n > 0
          && after.n > 0
          && sign * (after.mean - before.mean) > bound(before.squares + after.squares, confidence);
    }

    void beginAnew() {
      before.set(new Average());
      after.set(before);
      level = Double.POSITIVE_INFINITY;
    }

    void pass(Fields fields) throws IOException {
      before.pass(fields);
      after.pass(fields);
      level = fields.number(level);
    }
  }
}

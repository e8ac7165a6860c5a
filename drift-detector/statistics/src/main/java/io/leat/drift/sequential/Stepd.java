package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.probability;

import java.io.IOException;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The statistical test of equal proportions: the error rate of the newest {@code window} values
 * against that of all before, with r and o the errors, n and w the values and p the rate of both
 * together: T = (|o / n - r / w| - (1/n + 1/w) / 2) / sqrt(p (1 - p) (1/n + 1/w)). Finds increases
 * and decreases. The two variants take the upper tail of the normal law at |T| as the p-value, or
 * twice that, so that the same thresholds are stricter. Begins anew after a drift.
 *
 * <p>Memory: the window. Time a value: constant.
 */
final class Stepd extends Detector {
  private static final List<Parameter> PARAMETERS =
      List.of(
          probability("drift_p", 0.003, "p-value below which it is a drift"),
          probability("warning_p", 0.05, "p-value below which it warns"),
          count("window", 30, 1, "newest values; twice as many come before anything is told"));
  private static final String SOURCE = "Nishida and Yamauchi, Discovery Science (2007)";

  static final DetectorKind ONE_SIDED =
      new DetectorKind(
          "stepd_one_sided",
          "test of equal proportions, the newest errors against those before; one tail (Frouros')",
          SOURCE,
          Values.ERRORS,
          PARAMETERS,
          parameters -> new Stepd(parameters, 1));
  static final DetectorKind TWO_SIDED =
      new DetectorKind(
          "stepd_two_sided",
          "test of equal proportions, the newest errors against those before; both tails (MOA's)",
          SOURCE,
          Values.ERRORS,
          PARAMETERS,
          parameters -> new Stepd(parameters, 2));

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private final int tails;
  private final double drift;
  private final double warning;
  private final int size;
  private Recent window;
  private long values;
  private long errors;
  private long recentErrors;

  private Stepd(Parameters parameters, int tails) {
    super(parameters);
    this.tails = tails;
    drift = parameters.number("drift_p");
    warning = parameters.number("warning_p");
    size = parameters.count("window");
    window = new Recent(size);
  }

  @Override
  State next(double value) {
    values++;
    errors += (long) value;
    recentErrors += (long) value - (window.isFull() ? (long) window.get(0) : 0);
    window.add(value);
    if (values < 2L * size) {
      return State.STABLE;
    }
    double p = pValue();
    if (p < drift) {
      window = new Recent(size);
      values = 0;
      errors = 0;
      recentErrors = 0;
      return State.DRIFT;
    }
    return p < warning ? State.WARNING : State.STABLE;
  }

  private double pValue() {
    double n = values - size;
    double rate = errors / (double) values;
    double inverse = 1 / n + 1.0 / size;
    double deviation = Math.sqrt(rate * (1 - rate) * inverse);
    if (deviation == 0) {
      return 1;
    }
    double difference = (errors - recentErrors) / n - recentErrors / (double) size;
    double t = (Math.abs(difference) - inverse / 2) / deviation;
    return Math.min(1, tails * NORMAL.survivalProbability(Math.abs(t)));
  }

  @Override
  void pass(Fields fields) throws IOException {
    window.pass(fields);
    values = fields.whole(values);
    errors = fields.whole(errors);
    recentErrors = fields.whole(recentErrors);
  }
}

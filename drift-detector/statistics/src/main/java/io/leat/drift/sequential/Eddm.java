package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;

import java.io.IOException;
import java.util.List;

/**
 * The early drift detection method: with p the mean number of values from one error to the next and
 * s its standard deviation, remembers the greatest p + 2 s; warns where p + 2 s is less than {@code
 * warning} times that, and tells drift below {@code drift} times. Looks at errors alone, after more
 * than {@code min_values} of them. Begins anew after a drift.
 *
 * <p>The two variants differ in s: of the sample (divided by n - 1), or of the population (by n).
 * Memory and time a value: constant.
 */
final class Eddm extends Detector {
  private static final List<Parameter> PARAMETERS =
      List.of(
          count("min_values", 30, 1, "errors up to which nothing is told"),
          number("warning", 0.95, 0, 1, "share of the greatest p + 2 s below which it warns"),
          number("drift", 0.9, 0, 1, "share of the greatest p + 2 s below which it is a drift"));
  private static final String SOURCE = "Baena-García et al., IWKDDS (2006)";

  static final DetectorKind SAMPLE =
      new DetectorKind(
          "eddm_sample_variance",
          "early drift detection method: the distance of errors, its variance divided by n - 1"
              + " (River's)",
          SOURCE,
          Values.ERRORS,
          PARAMETERS,
          parameters -> new Eddm(parameters, 1));
  static final DetectorKind POPULATION =
      new DetectorKind(
          "eddm_population_variance",
          "early drift detection method: the distance of errors, its variance divided by n (MOA's)",
          SOURCE,
          Values.ERRORS,
          PARAMETERS,
          parameters -> new Eddm(parameters, 0));

  private final int freedom;
  private final int least;
  private final double warning;
  private final double drift;
  private final Mean distances = new Mean();
  private double squares;
  private long values;
  private long lastError;
  private double greatest;
  private State state = State.STABLE;

  private Eddm(Parameters parameters, int freedom) {
    super(parameters);
    this.freedom = freedom;
    least = parameters.count("min_values");
    warning = parameters.number("warning");
    drift = parameters.number("drift");
  }

  @Override
  State next(double value) {
    values++;
    if (value == 0) {
      return state;
    }
    double distance = values - lastError;
    double former = distances.value();
    distances.add(distance);
    squares += (distance - former) * (distance - distances.value());
    lastError = values;
    if (values <= least) {
      return State.STABLE;
    }
    long divisor = distances.n() - freedom;
    double level = distances.value() + 2 * (divisor > 0 ? Math.sqrt(squares / divisor) : 0);
    if (level > greatest) {
      greatest = level;
    } else if (distances.n() > least) {
      if (level < drift * greatest) {
        beginAnew();
        return State.DRIFT;
      }
      state = level < warning * greatest ? State.WARNING : State.STABLE;
    }
    return state;
  }

  private void beginAnew() {
    distances.set(new Mean());
    squares = 0;
    values = 0;
    lastError = 0;
    greatest = 0;
    state = State.STABLE;
  }

  @Override
  void pass(Fields fields) throws IOException {
    distances.pass(fields);
    squares = fields.number(squares);
    values = fields.whole(values);
    lastError = fields.whole(lastError);
    greatest = fields.number(greatest);
    state = fields.whole(state == State.WARNING ? 1 : 0) == 1 ? State.WARNING : State.STABLE;
  }
}

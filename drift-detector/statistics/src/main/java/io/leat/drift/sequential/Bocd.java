package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;
import static io.leat.drift.sequential.Parameter.probability;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Bayesian online changepoint detection: the posterior of the run length, how many values came
 * since the last change, of normal values with a known variance and an unknown mean with a normal
 * prior; at each value a change has the probability {@code hazard}. Tells a drift where the most
 * probable run length is no more the longest. Begins anew then.
 *
 * <p>Memory and time a value: as many run lengths as came values, at most {@code max_runs}; longer
 * ones count as that one.
 */
final class Bocd extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "bocd_normal_mean",
          "Bayesian online changepoint detection of the mean of normal values, variance known"
              + " (Frouros')",
          "Adams and MacKay, arXiv 0710.3742 (2007)",
          Values.NUMBERS,
          List.of(
              count("min_values", 30, 1, "values before which nothing is told"),
              probability("hazard", 0.01, "probability of a change at a value"),
              number("prior_mean", 0, -1e12, 1e12, "where the mean is expected"),
              number("prior_variance", 1, 1e-12, 1e12, "variance of the mean before any value"),
              number("variance", 1, 1e-12, 1e12, "of the values about their mean"),
              count("max_runs", 1_000, 2, "run lengths that are told apart")),
          Bocd::new);

  private final int least;
  private final double hazard;
  private final double variance;
  private final double priorMean;
  private final double priorPrecision;
  private final int most;

  /** By run length: the logarithm of its probability, and the mean's posterior. */
  private double[] log;

  private double[] means;
  private double[] precisions;
  private long values;

  private Bocd(Parameters parameters) {
    super(parameters);
    least = parameters.count("min_values");
    hazard = parameters.number("hazard");
    variance = parameters.number("variance");
    priorMean = parameters.number("prior_mean");
    priorPrecision = 1 / parameters.number("prior_variance");
    most = parameters.count("max_runs");
    log = new double[1];
    means = new double[] {priorMean};
    precisions = new double[] {priorPrecision};
  }

  @Override
  State next(double value) {
    values++;
    int runs = log.length;
    double[] nextLog = new double[runs + 1];
    double[] nextMeans = new double[runs + 1];
    double[] nextPrecisions = new double[runs + 1];
    nextMeans[0] = priorMean;
    nextPrecisions[0] = priorPrecision;
    double change = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < runs; i++) {
      double predicted = 1 / precisions[i] + variance;
      double deviation = value - means[i];
      double joint =
          log[i] - (Math.log(2 * Math.PI * predicted) + deviation * deviation / predicted) / 2;
      change = sum(change, joint + Math.log(hazard));
      nextLog[i + 1] = joint + Math.log1p(-hazard);
      nextPrecisions[i + 1] = precisions[i] + 1 / variance;
      nextMeans[i + 1] = (means[i] * precisions[i] + value / variance) / nextPrecisions[i + 1];
    }
    nextLog[0] = change;
    log = nextLog;
    means = nextMeans;
    precisions = nextPrecisions;
    if (log.length > most) {
      joinLongest();
    }
    normalize();
    if (values < least || isLongestMostProbable()) {
      return State.STABLE;
    }
    values = 0;
    log = new double[1];
    means = new double[] {priorMean};
    precisions = new double[] {priorPrecision};
    return State.DRIFT;
  }

  /** The longest two become one, with the longest one's mean. */
  private void joinLongest() {
    int last = log.length - 1;
    log[last - 1] = sum(log[last - 1], log[last]);
    means[last - 1] = means[last];
    precisions[last - 1] = precisions[last];
    log = Arrays.copyOf(log, last);
    means = Arrays.copyOf(means, last);
    precisions = Arrays.copyOf(precisions, last);
  }

  /** So that logarithms do not fall without end. */
  private void normalize() {
    double greatest = Arrays.stream(log).max().orElseThrow();
    for (int i = 0; i < log.length; i++) {
      log[i] -= greatest;
    }
  }

  private boolean isLongestMostProbable() {
    double longest = log[log.length - 1];
    return Arrays.stream(log).limit(log.length - 1L).allMatch(other -> other < longest);
  }

  /** The logarithm of a sum, of logarithms. */
  private static double sum(double a, double b) {
    double greater = Math.max(a, b);
    return greater == Double.NEGATIVE_INFINITY
        ? greater
        : greater + Math.log1p(Math.exp(Math.min(a, b) - greater));
  }

  @Override
  void pass(Fields fields) throws IOException {
    values = fields.whole(values);
    log = fields.numbers(log);
    means = fields.numbers(means);
    precisions = fields.numbers(precisions);
    if (log.length == 0 || means.length != log.length || precisions.length != log.length) {
      throw new IOException(
          "%d, %d and %d run lengths".formatted(log.length, means.length, precisions.length));
    }
  }
}

package io.leat.retraining.gate;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What rows say of how bad the challenger is, on a scale on which less is better: a difference, or
 * a figure itself. Its estimates are normal about the truth or on the cautious side of it.
 *
 * @param champion its figure; NaN where it is not compared
 * @param challenger its figure
 * @param value as reports show it
 * @param high an estimate that is not below the truth on average: what passing is judged by
 * @param low an estimate that is not above the truth on average: what failing is judged by
 * @param error standard error of both; NaN where there are too few rows
 * @param ceiling the greatest that the truth can be whatever the labels; infinite where there is
 *     none
 */
record Evidence(
    double champion,
    double challenger,
    double value,
    double high,
    double low,
    double error,
    double ceiling) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** An estimate without a lean. */
  static Evidence of(double champion, double challenger, double value, double error) {
    return new Evidence(champion, challenger, value, value, value, error, Double.POSITIVE_INFINITY);
  }

  /** The chance to see as little, were the truth at the limit: small says that it lies below. */
  double chanceOfPassing(double limit) {
    return ceiling <= limit ? 0 : chance(high - limit);
  }

  /** The chance to see as much, were the truth at the limit: small says that it lies above. */
  double chanceOfFailing(double limit) {
    return chance(limit - low);
  }

  private double chance(double distance) {
    return error == 0 ? (distance <= 0 ? 0 : 1) : NORMAL.cumulativeProbability(distance / error);
  }

  /** The greatest that the truth may be, but for a chance of {@code level}. */
  double upper(double level) {
    return Math.min(ceiling, high + NORMAL.inverseSurvivalProbability(level) * error);
  }

  boolean isKnown() {
    return Double.isFinite(high) && Double.isFinite(low) && Double.isFinite(error);
  }
}

package io.leat.evaluation;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a version's decisions would have been worth had it decided alone, out of a log in which
 * several did, each by a chance that was written down: inverse propensity scoring (Horvitz and
 * Thompson, 1952) and the self-normalised estimate (Swaminathan and Joachims, 2015). Intervals are
 * robust to clusters, within which the choice is one.
 *
 * @param rows in the log
 * @param decided rows that the version decided
 * @param logged mean reward of all rows, as the log has it
 * @param ips mean over all rows of {@code reward / propensity} where the version decided, else 0
 * @param selfNormalised the same over the weights' own sum: not without bias, but steadier, and
 *     between the least and the greatest reward
 * @param effectiveRows {@code (sum of weights)^2 / sum of squared weights}: of how many rows with
 *     equal weights the estimate is worth
 * @param hasChoice whether any propensity is less than 1; if not, the log says nothing of what
 *     other decisions would have led to
 */
public record OffPolicy(
    int rows,
    int decided,
    Estimate logged,
    Estimate ips,
    Estimate selfNormalised,
    double effectiveRows,
    boolean hasChoice) {

  /**
   * Estimates; all arrays have one entry a row.
   *
   * @param propensities chance of who decided the row, above 0 and at most 1
   * @param byTheVersion whether that was the version
   * @param clusters number of each row's cluster, from 0
   */
  public static OffPolicy of(
      double[] rewards, double[] propensities, boolean[] byTheVersion, int[] clusters) {
    int rows = rewards.length;
    double[] weights = new double[rows];
    double[] weighted = new double[rows];
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < rows; i++) {
      if (!(propensities[i] > 0 && propensities[i] <= 1)) {
        throw new IllegalArgumentException(
            "row %d has the propensity %s; expected more than 0, at most 1"
                .formatted(i, propensities[i]));
      }
      weights[i] = byTheVersion[i] ? 1 / propensities[i] : 0;
      weighted[i] = weights[i] * rewards[i];
      sum += weights[i];
      squares += weights[i] * weights[i];
    }
    return new OffPolicy(
        rows,
        (int) IntStream.range(0, rows).filter(i -> byTheVersion[i]).count(),
        ClusteredMean.of(rewards, clusters),
        ClusteredMean.of(weighted, clusters),
        ClusteredMean.ratio(weighted, weights, clusters),
        sum == 0 ? 0 : sum * sum / squares,
        Arrays.stream(propensities).anyMatch(propensity -> propensity < 1));
  }
}

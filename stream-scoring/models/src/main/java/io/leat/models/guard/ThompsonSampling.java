package io.leat.models.guard;

/**
 * How likely it is that one of two arms is the better one: Thompson sampling, with the chance
 * itself in place of a draw, so that a share that is held for a while is the draw of every vector
 * in it.
 *
 * <p>An arm's reward is 1 less what a score costs. Its mean has the distribution Beta(1 + rewards,
 * 1 + costs), of a Beta(1, 1) before the first. That is exact where a score costs 0 or 1; costs
 * between them vary less than that takes for granted, so that the share changes later than it could
 * (Agrawal and Goyal, "Analysis of Thompson sampling for the multi-armed bandit problem", COLT
 * 2012, draw 0 or 1 by the cost there; to add it up is the same on average, and draws nothing).
 *
 * <p>The chance is an integral over both densities, by the midpoint rule where either has its mass:
 * the same numbers give the same chance, to the bit.
 */
final class ThompsonSampling {
  private static final int STEPS = 20_000;
  private static final double DEVIATIONS = 12;

  /** Shares are whole parts of this, so that both are exact and sum to 1. */
  private static final double PARTS = 1024;

  private ThompsonSampling() {}

  /** The distribution of an arm's mean reward. */
  private record Posterior(double rewards, double costs) {
    static Posterior of(long count, double meanCost) {
      return new Posterior(1 + count * (1 - meanCost), 1 + count * meanCost);
    }

    double mean() {
      return rewards / (rewards + costs);
    }

    double deviation() {
      return Math.sqrt(mean() * (1 - mean()) / (rewards + costs + 1));
    }

    /** Parts of its mass in the steps from a reward on, which sum to 1. */
    double[] masses(double from, double step) {
      double[] masses = new double[STEPS];
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < STEPS; i++) {
        double x = from + (i + 0.5) * step;
        masses[i] = (rewards - 1) * Math.log(x) + (costs - 1) * Math.log1p(-x);
        most = Math.max(most, masses[i]);
      }
      double all = 0;
      for (int i = 0; i < STEPS; i++) {
        masses[i] = Math.exp(masses[i] - most);
        all += masses[i];
      }
      for (int i = 0; i < STEPS; i++) {
        masses[i] /= all;
      }
      return masses;
    }
  }

  /**
   * The chance that an arm's mean reward is above another's; from 0 to 1.
   *
   * @param count how many of its scores have their label
   * @param cost what they cost on average
   * @param otherCount as count, of the other
   * @param otherCost as cost, of the other
   */
  static double chance(long count, double cost, long otherCount, double otherCost) {
    Posterior one = Posterior.of(count, cost);
    Posterior other = Posterior.of(otherCount, otherCost);
    double from =
        Math.max(
            0,
            Math.min(
                one.mean() - DEVIATIONS * one.deviation(),
                other.mean() - DEVIATIONS * other.deviation()));
    double to =
        Math.min(
            1,
            Math.max(
                one.mean() + DEVIATIONS * one.deviation(),
                other.mean() + DEVIATIONS * other.deviation()));
    double step = (to - from) / STEPS;
    double[] masses = one.masses(from, step);
    double[] others = other.masses(from, step);
    double below = 0;
    double chance = 0;
    for (int i = 0; i < STEPS; i++) {
      chance += masses[i] * (below + others[i] / 2);
      below += others[i];
    }
    return Math.min(1, chance);
  }

  /**
   * The share that follows from a chance: in whole parts of 1024, and neither arm's below the
   * least.
   *
   * @param least from 0 to less than a half
   */
  static double share(double chance, double least) {
    double floor = Math.ceil(least * PARTS) / PARTS;
    return Math.min(1 - floor, Math.max(floor, Math.rint(chance * PARTS) / PARTS));
  }
}

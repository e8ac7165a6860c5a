package io.leat.drift.evidence;

/**
 * What a conformal rank is worth as evidence. Under no change a rank is uniform on (0, 1], so each
 * bet has a mean of 1 whatever came before: it is an e-value. It bets that ranks are small, that a
 * window is farther from the reference than its like.
 */
final class Bets {
  /**
   * Of the bets that a rank is at most this, which pay one over it. A changed stream's ranks are
   * spread evenly below some share, the windows since the change among all, so that one of these is
   * near the best bet there is; the last pays 1 for any rank, and keeps what was won.
   */
  private static final double[] AT_MOST = {0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1};

  /** What the smallest ranks pay. */
  private static final double MOST = of(AT_MOST[0]);

  private Bets() {}

  /**
   * The e-value of a rank: the mean of what the bets pay. More than 0. (A calibrator from p-values
   * to e-values: Vovk and Wang, Annals of Statistics 49, 2021. A mean of such is one.)
   *
   * @param rank more than 0, at most 1
   */
  static double of(double rank) {
    double sum = 0;
    for (double most : AT_MOST) {
      sum += rank <= most ? 1 / most : 0;
    }
    return sum / AT_MOST.length;
  }

  /**
   * What a rank pays towards a sum at which something is decided: as much as {@link #of} in the
   * mean, but nothing beyond. Whatever a bet would pay above {@code room} is worth nothing, since
   * the decision is the same; so bets are cut off there, and all that they pay below is raised by
   * one factor until the mean is what it was. (Fischer and Ramdas, "Improving the (approximate)
   * sequential probability ratio test by avoiding overshoot", arXiv 2410.16076, 2024.)
   *
   * @param rank more than 0, at most 1
   * @param power what is won is taken to this power first; more than 0, at most 1
   * @param room by how much has to be multiplied for the decision; more than 1
   * @return at most {@code room}
   */
  static double towards(double rank, double power, double room) {
    if (room >= MOST) {
      return Math.pow(of(rank), power); // nothing to cut off
    }
    double[] pays = new double[AT_MOST.length];
    double mean = 0;
    for (int i = 0; i < pays.length; i++) {
      pays[i] = Math.pow(of(AT_MOST[i]), power);
      mean += share(i) * pays[i];
    }
    double rest = mean;
    double factor = 1;
    double cut = 0;
    for (int i = 0; i < pays.length && factor * pays[i] > room; i++) {
      cut += share(i);
      rest -= share(i) * pays[i];
      factor = (mean - cut * room) / rest;
    }
    return Math.min(room, factor * Math.pow(of(rank), power));
  }

  /** The probability of a rank that is above the bet before, and not above this one. */
  private static double share(int i) {
    return AT_MOST[i] - (i == 0 ? 0 : AT_MOST[i - 1]);
  }
}

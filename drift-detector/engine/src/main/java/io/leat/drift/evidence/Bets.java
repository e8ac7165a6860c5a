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
}

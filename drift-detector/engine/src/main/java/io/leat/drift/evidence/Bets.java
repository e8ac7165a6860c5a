package io.leat.drift.evidence;

/**
 * What a conformal rank is worth as evidence. Under no change a rank is uniform on (0, 1], so each
 * bet has a mean of 1 whatever came before: it is an e-value. It bets that ranks are small, that a
 * window is farther from the reference than its like.
 */
final class Bets {
  /** Of the calibrators k p^(k-1); a mean of e-values is one. The smaller, the bolder. */
  private static final double[] BOLDNESS = {0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9};

  private Bets() {}

  /**
   * The e-value of a rank: the mean over k of k p^(k-1) (Vovk and Wang, Annals of Statistics 49,
   * 2021). More than 0.
   *
   * @param rank more than 0, at most 1
   */
  static double of(double rank) {
    double sum = 0;
    for (double k : BOLDNESS) {
      sum += k * Math.pow(rank, k - 1);
    }
    return sum / BOLDNESS.length;
  }
}

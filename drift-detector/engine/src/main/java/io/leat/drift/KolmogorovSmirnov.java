package io.leat.drift;

/**
 * The two-sample Kolmogorov-Smirnov statistic D: the largest distance between two empirical
 * distribution functions, 0 (the same) to 1 (no overlap). Smirnov, "Table for estimating the
 * goodness of fit of empirical distributions", Annals of Mathematical Statistics 19 (1948).
 *
 * <p>Both functions are compared at every kept point of the reference and just before it, so ties
 * and constants are exact. Where the reference has more than {@value Distribution#MAX_POINTS}
 * distinct numbers, the result is at most {@link #error} below the true D, which is at most 1/1000,
 * and never above it.
 */
final class KolmogorovSmirnov {
  private KolmogorovSmirnov() {}

  /** D of a window; nulls are passed over. Both sides must hold at least one value. */
  static double distance(Distribution reference, FeatureCounts window) {
    double total = reference.count();
    double values = window.values();
    double distance = 0;
    long passed = 0;
    for (int i = 0; i < reference.size(); i++) {
      passed += window.cell(2 * i);
      distance = Math.max(distance, Math.abs(passed / values - reference.below(i) / total));
      passed += window.cell(2 * i + 1);
      distance = Math.max(distance, Math.abs(passed / values - reference.atOrBelow(i) / total));
    }
    return distance;
  }

  /**
   * How far at most the true D is above {@link #distance}: 0 where the window has no value strictly
   * between two points of the reference between which the reference has some, too. In such a gap
   * all of the window's values may lie before all of the reference's, or behind them: that is the
   * farthest that the two functions can be apart there.
   */
  static double error(Distribution reference, FeatureCounts window) {
    double total = reference.count();
    double values = window.values();
    double farthest = 0;
    long passed = 0;
    for (int i = 0; i < reference.size(); i++) {
      long before = i == 0 ? 0 : reference.atOrBelow(i - 1);
      long inGap = window.cell(2 * i);
      if (inGap > 0 && reference.below(i) > before) {
        farthest = Math.max(farthest, (passed + inGap) / values - before / total);
        farthest = Math.max(farthest, reference.below(i) / total - passed / values);
      }
      passed += inGap + window.cell(2 * i + 1);
    }
    return Math.max(0, farthest - distance(reference, window));
  }

  /**
   * D of a window that is a part of the reference against the rest of the reference. With F the
   * whole, W the window (w of n numbers) and R the rest, W - R = (W - F) n / (n - w) everywhere, so
   * D only scales. The reference must hold more than the window.
   */
  static double distanceFromRest(Distribution reference, FeatureCounts window) {
    double n = reference.count();
    return Math.min(1, distance(reference, window) * n / (n - window.values()));
  }
}

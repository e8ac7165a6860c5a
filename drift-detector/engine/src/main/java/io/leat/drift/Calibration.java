package io.leat.drift;

import io.leat.drift.statistic.EffectSize;
import io.leat.drift.statistic.Statistic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sets thresholds so that a monitor keeps to its budget of false alarms on data like the reference.
 *
 * <p>The 48 half-hourly readings of a day are not 48 independent draws, nor is a day independent of
 * the day before, so no textbook p-value holds. What does: the reference's own windows, in their
 * order, each compared with the rest of the reference. They vary as windows without drift vary.
 *
 * <ol>
 *   <li>The budget is shared evenly: of B alarms a week, each of F features times M statistics may
 *       raise b = B / (F M). Alarms of all together are at most the sum (Boole's inequality),
 *       however the features hang together.
 *   <li>A rule "k of n windows" opens an alert at threshold x exactly when the k-th greatest of the
 *       last n windows' statistics is above x. So that number, R, is what is calibrated, and the
 *       rule needs no assumption of independence.
 *   <li>Above a level u (the {@value #LEVEL} quantile of R) the reference's windows are put through
 *       the alert's own life cycle; each alert it would have raised is one cluster, and the mean
 *       excess of the clusters' peaks over u is s. With c clusters in T weeks and an exponential
 *       tail, alarms at threshold x come at the rate (c / T) exp(-(x - u) / s) a week; at b, x = u
 *       + s ln(c / (T b)). This is the return level of peaks over a threshold with runs
 *       declustering: Coles, "An Introduction to Statistical Modeling of Extreme Values" (2001),
 *       sections 4.3.3 and 5.3. The exponential tail (shape 0) errs to the careful side where a
 *       statistic is bounded.
 *   <li>s is raised by one standard error, s / sqrt(c): few clusters, wider margin. Of windows of k
 *       panes each, c / k clusters are of other vectors, and count.
 * </ol>
 *
 * <p>Limits, plainly: the budget holds on average, for data like the reference. A season that the
 * reference has not seen is drift to it. With fewer than {@value #LEAST_WINDOWS} windows that do
 * not overlap there is no tail to speak of: the greatest value and a margin stand in.
 */
final class Calibration {
  static final int LEAST_WINDOWS = 20;
  static final double LEVEL = 0.8;
  private static final double WEEK_MILLIS = 7 * 24 * 3_600_000.0;

  private Calibration() {}

  /**
   * @param values statistic of each evaluated window of the reference, in order of time
   * @param everyMillis how long after a window the next ends
   * @param budget alarms a week that this feature and statistic may raise
   */
  static Threshold calibrate(
      DriftStream stream,
      Statistic statistic,
      double[] values,
      double everyMillis,
      double budget,
      CalibratedMonitor.Settings settings) {
    EffectSize effect = statistic.effect();
    double greatest = Arrays.stream(values).max().orElse(0);
    boolean calibrated = values.length / settings.panes() >= LEAST_WINDOWS;
    double raw;
    if (greatest == 0) {
      raw = 0;
    } else if (calibrated) {
      raw = returnLevel(values, values.length * everyMillis / WEEK_MILLIS, budget, settings);
    } else {
      raw = effect.farBeyond(greatest);
    }
    double warn = Math.max(raw, effect.least());
    double critical = greatest == 0 ? warn : effect.farBeyond(Math.max(warn, greatest));
    return new Threshold(stream, statistic, warn, critical, values.length, calibrated);
  }

  private static double returnLevel(
      double[] values, double weeks, double budget, CalibratedMonitor.Settings settings) {
    double[] joint = kthGreatestOfLast(values, settings.openAfter(), settings.openOf());
    double[] sorted = joint.clone();
    Arrays.sort(sorted);
    double level = sorted[(int) (LEVEL * (sorted.length - 1))];
    List<Double> peaks = peaks(values, joint, level, settings.closeAfter());
    if (peaks.isEmpty()) {
      return level;
    }
    double clusters = peaks.size();
    double excess = peaks.stream().mapToDouble(peak -> peak - level).average().orElseThrow();
    return level
        + excess
            * (1 + 1 / Math.sqrt(Math.max(1, clusters / settings.panes())))
            * Math.max(0, Math.log(clusters / (weeks * budget)));
  }

  /** At each window, the k-th greatest of the last n; 0 where fewer than k have been seen. */
  static double[] kthGreatestOfLast(double[] values, int k, int n) {
    double[] result = new double[values.length];
    for (int t = k - 1; t < values.length; t++) {
      double[] last = Arrays.copyOfRange(values, Math.max(0, t - n + 1), t + 1);
      Arrays.sort(last);
      result[t] = last[last.length - k];
    }
    return result;
  }

  /**
   * The greatest joint value of each alert that a threshold would have raised: it begins when the
   * joint value passes the threshold, and ends after so many windows at or below it.
   */
  private static List<Double> peaks(
      double[] values, double[] joint, double threshold, int closeAfter) {
    List<Double> peaks = new ArrayList<>();
    boolean open = false;
    double peak = 0;
    int clean = 0;
    for (int t = 0; t < values.length; t++) {
      if (joint[t] > threshold && (open || values[t] > threshold)) {
        peak = open ? Math.max(peak, joint[t]) : joint[t];
        open = true;
      }
      clean = values[t] > threshold ? 0 : clean + 1;
      if (open && clean >= closeAfter) {
        peaks.add(peak);
        open = false;
      }
    }
    if (open) {
      peaks.add(peak);
    }
    return peaks;
  }
}

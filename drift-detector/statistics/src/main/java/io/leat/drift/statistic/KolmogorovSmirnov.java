package io.leat.drift.statistic;

import io.leat.drift.sample.KolmogorovLaw;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The two-sample Kolmogorov-Smirnov statistic D: the largest distance between two empirical
 * distribution functions, 0 (the same) to 1 (no overlap).
 *
 * <p>Both functions are compared at every point and just before it, so ties and constants are
 * exact. Where values lie between points, the result is at most {@link #error} below the true D,
 * and never above it.
 */
final class KolmogorovSmirnov implements Statistic {
  @Override
  public String name() {
    return "ks";
  }

  @Override
  public String description() {
    return "two-sample Kolmogorov-Smirnov D: the largest distance between the two distribution"
        + " functions, at the values that the profile keeps; the exact D lies from `value` to"
        + " `value` + `error`";
  }

  @Override
  public String source() {
    return "Smirnov, Annals of Mathematical Statistics 19 (1948)";
  }

  @Override
  public Input input() {
    return Input.DISTRIBUTION;
  }

  @Override
  public Set<ColumnKind> kinds() {
    return Set.of(ColumnKind.NUMBERS);
  }

  @Override
  public Range range() {
    return new Range(0, 1, "share of the values");
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public EffectSize effect() {
    return new EffectSize(
        0.01, 0.25, 1, "one vector in a hundred has moved; a quarter of all vectors, on top");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    return reference.values() == 0 || window.values() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(distance(reference, window));
  }

  private static double distance(Sample reference, Sample window) {
    double total = reference.values();
    double values = window.values();
    double distance = 0;
    for (int i = 0; i < reference.points(); i++) {
      distance =
          Math.max(distance, Math.abs(window.below(i) / values - reference.below(i) / total));
      distance =
          Math.max(
              distance, Math.abs(window.atOrBelow(i) / values - reference.atOrBelow(i) / total));
    }
    return distance;
  }

  /**
   * How far at most the true D is above the value: 0 where the window has no value strictly between
   * two points between which the reference has some, too. In such a gap all of the window's values
   * may lie before all of the reference's, or behind them: that is the farthest that the two
   * functions can be apart there.
   */
  @Override
  public double error(Sample reference, Sample window) {
    double total = reference.values();
    double values = window.values();
    double farthest = 0;
    for (int i = 0; i < reference.points(); i++) {
      long before = i == 0 ? 0 : reference.atOrBelow(i - 1);
      long passed = i == 0 ? 0 : window.atOrBelow(i - 1);
      if (window.below(i) > passed && reference.below(i) > before) {
        farthest = Math.max(farthest, window.below(i) / values - before / total);
        farthest = Math.max(farthest, reference.below(i) / total - passed / values);
      }
    }
    return Math.max(0, farthest - distance(reference, window));
  }

  /**
   * With F the whole, W the part (w of n numbers) and R the rest, W - R = (W - F) n / (n - w)
   * everywhere, so D only scales.
   */
  @Override
  public OptionalDouble valueFromRest(Sample whole, Sample part) {
    double n = whole.values();
    OptionalDouble fromWhole = value(whole, part);
    return fromWhole.isEmpty() || part.values() == whole.values()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, fromWhole.getAsDouble() * n / (n - part.values())));
  }

  /**
   * Of {@link #value}, so an upper bound where the exact D may be greater: exact up to a product of
   * the sizes of 10,000, else Kolmogorov's limit.
   */
  @Override
  public OptionalDouble pValue(Sample reference, Sample window) {
    OptionalDouble value = value(reference, window);
    return value.isEmpty()
        ? value
        : OptionalDouble.of(
            KolmogorovLaw.pValue(value.getAsDouble(), reference.values(), window.values()));
  }
}

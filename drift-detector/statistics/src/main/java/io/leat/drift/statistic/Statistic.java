package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * A distance of a window from the reference: least where they are alike, greater the more they
 * differ. Stateless; any thread's. A statistic is a class of this package and a line in {@link
 * Statistics}.
 *
 * <p>What it is given are two {@link Sample}s over the same points and buckets; {@link #input} says
 * which of the two it looks at. {@code StatisticProperties} holds every statistic of the catalogue
 * to what is promised here.
 *
 * <p>Thresholds are not its business: the reference sets them ({@code Calibration}). It only says
 * what is too little to be called drift, and what is plainly more ({@link #effect}).
 */
public interface Statistic {
  /**
   * Its name with its variant, as {@code psi_deciles_1e-4}: what monitors, metrics, alerts and
   * profiles call it, for ever. Lower case. Two rules for an empty bucket, or two bases of a
   * logarithm, are two names.
   */
  String name();

  /** What it is, for the reference page: a sentence without a full stop. */
  String description();

  /** Where the formula comes from: author, paper, year; or whose variant it is. */
  String source();

  /** What of a sample it looks at. */
  Input input();

  /** Of which columns it is defined. */
  Set<ColumnKind> kinds();

  /** Between what its values lie. */
  Range range();

  /** Whether a window's distance from a reference is the reference's from the window. */
  boolean isSymmetric();

  /** How much of it matters. */
  EffectSize effect();

  /**
   * Its value; empty where it has none, as where a side is empty. Always finite.
   *
   * @param reference may be empty
   * @param window may be empty; over the same points and buckets as the reference
   */
  OptionalDouble value(Sample reference, Sample window);

  /**
   * How far at most the exact value, of which every number is a point, is above {@link #value}; 0
   * where that is exact. A statistic of {@link Input#DISTRIBUTION} bounds what it does not know.
   */
  default double error(Sample reference, Sample window) {
    return 0;
  }

  /**
   * Its value for a part of a sample against the rest of it: what a reference's own windows are
   * calibrated by.
   *
   * @param part not the whole
   */
  default OptionalDouble valueFromRest(Sample whole, Sample part) {
    return value(whole.without(part), part);
  }

  /**
   * The probability of such a value or a greater one, 0 to 1, if both sides were independent draws
   * of one distribution; empty where the field has no such test, or a side is too small for it.
   * Windows of a stream are no independent draws, so nothing is decided by it.
   */
  default OptionalDouble pValue(Sample reference, Sample window) {
    return OptionalDouble.empty();
  }
}

package io.leat.drift.statistic;

/**
 * How much of a statistic matters, whatever the thresholds that a reference sets. For a distance
 * from 0 to 1: {@code least} by what others call drift, {@code plus} what a quarter of the rows in
 * a new bucket gives, {@code times} 1.
 *
 * @param least a value up to this is never called drift, however steady the reference
 * @param plus see {@link #farBeyond}
 * @param times see {@link #farBeyond}; at least 1
 * @param why where the numbers come from, for the reference page, without a full stop at the end;
 *     neither {@code |} nor a line break
 */
public record EffectSize(double least, double plus, double times, String why) {
  public EffectSize {
    if (!(least > 0 && plus > 0 && times >= 1)) {
      throw new IllegalArgumentException(
          "least %s, plus %s, times %s; expected more than 0, more than 0, at least 1"
              .formatted(least, plus, times));
    }
  }

  /**
   * What is plainly farther from the reference than a value: the greater of {@code value + plus}
   * and {@code value * times}.
   */
  public double farBeyond(double value) {
    return Math.max(value + plus, value * times);
  }
}

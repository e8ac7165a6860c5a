package io.leat.evaluation;

import java.util.List;

/**
 * A figure with the interval that holds the truth in 95 of 100 samples.
 *
 * @param value NaN where the rows do not have it
 * @param low NaN where there are too few rows to say
 * @param high as {@code low}
 */
public record Estimate(double value, double low, double high) {
  /** What the rows do not have. */
  public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN);

  private static final double NORMAL_975 = 1.959963984540054;

  /**
   * An interval by the normal distribution.
   *
   * @param standardError at least 0, or NaN
   */
  static Estimate normal(double value, double standardError) {
    double half = NORMAL_975 * standardError;
    return new Estimate(value, value - half, value + half);
  }

  /**
   * The standard error that the interval is made of, of a mean or a difference; too small of a
   * figure whose interval was cut to where it can be. NaN where there are too few rows.
   */
  public double standardError() {
    return (high - low) / (2 * NORMAL_975);
  }

  /**
   * This less another, of other rows. One whose interval is not known counts as exact, if that of
   * the other is.
   */
  public Estimate less(Estimate other) {
    double ours = standardError();
    double theirs = other.standardError();
    return normal(
        value - other.value,
        Double.isNaN(ours) ? theirs : Double.isNaN(theirs) ? ours : Math.hypot(ours, theirs));
  }

  /** The mean of figures of different rows, at least one. */
  public static Estimate mean(List<Estimate> figures) {
    double sum = 0;
    double squares = 0;
    for (Estimate figure : figures) {
      sum += figure.value;
      squares += figure.standardError() * figure.standardError();
    }
    return normal(sum / figures.size(), Math.sqrt(squares) / figures.size());
  }

  /** The same figure, its interval cut to where it can be. */
  Estimate within(double least, double greatest) {
    return new Estimate(
        value, Math.max(least, low), Math.min(greatest, high)); // NaN stays NaN in both
  }
}

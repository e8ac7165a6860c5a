package io.leat.drift.statistic;

/**
 * Between what a statistic's values lie.
 *
 * @param least the least value
 * @param greatest the greatest value; infinity where there is none
 * @param unit what they are numbers of, for the reference page; empty where they are of nothing
 */
public record Range(double least, double greatest, String unit) {
  public Range {
    if (!(least < greatest)) {
      throw new IllegalArgumentException("a range from %s to %s".formatted(least, greatest));
    }
  }
}

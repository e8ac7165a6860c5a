package io.leat.models.guard;

import java.util.Locale;

/** What a number lies in. */
public record Interval(double lower, double upper) {
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "[%.4g, %.4g]", lower, upper);
  }
}

package io.leat.retraining.gate;

/** What a gate asks of its metric. */
public sealed interface Rule {
  /**
   * The challenger may be worse than the champion by a margin, in the metric's unit. Nothing can be
   * said where there is no champion.
   *
   * @param margin at least 0
   */
  record NotWorseBy(double margin) implements Rule {
    public NotWorseBy {
      if (!(margin >= 0 && Double.isFinite(margin))) {
        throw new IllegalArgumentException("a margin is %s; expected 0 or more".formatted(margin));
      }
    }
  }

  /**
   * The challenger may not lie beyond a value, in the metric's unit: below it where more is better,
   * above it elsewhere.
   */
  record Limit(double value) implements Rule {
    public Limit {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "a limit is %s; expected a finite number".formatted(value));
      }
    }
  }
}

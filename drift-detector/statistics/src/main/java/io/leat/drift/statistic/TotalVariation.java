package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The total variation distance of the shares of buckets: half the sum of |p - q|, the greatest
 * difference of the probability of any set of buckets; 0 (the same) to 1 (no bucket in common).
 */
final class TotalVariation implements Statistic {
  @Override
  public String name() {
    return "tv";
  }

  @Override
  public String description() {
    return "total variation distance of the shares, half the sum of abs(p - q) (Evidently's TVD, of these buckets)";
  }

  @Override
  public String source() {
    return "Levin, Peres and Wilmer, Markov Chains and Mixing Times (2009), 4.1";
  }

  @Override
  public Input input() {
    return Input.BUCKETS;
  }

  @Override
  public Set<ColumnKind> kinds() {
    return Set.of(ColumnKind.NUMBERS, ColumnKind.CATEGORIES);
  }

  @Override
  public Range range() {
    return new Range(0, 1, "share of the vectors");
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public EffectSize effect() {
    return new EffectSize(
        0.05,
        0.25,
        1,
        "one vector in twenty is in another bucket; a quarter of all vectors, on top");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    if (reference.counted() == 0 || window.counted() == 0) {
      return OptionalDouble.empty();
    }
    double sum = 0;
    for (int i = 0; i < reference.buckets(); i++) {
      sum += Math.abs(reference.share(i) - window.share(i));
    }
    return OptionalDouble.of(Math.min(1, sum / 2));
  }
}

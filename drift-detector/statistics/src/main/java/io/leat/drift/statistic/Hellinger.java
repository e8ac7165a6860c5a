package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The Hellinger distance of the shares of buckets: sqrt(1 - the sum of sqrt(p q)) over buckets, p
 * and q the shares of both sides; 0 (the same) to 1 (no bucket in common). A bucket that both sides
 * leave empty adds nothing, so no share needs a floor.
 *
 * <p>It is computed as the root of half the sum of (sqrt(p) - sqrt(q))^2, which is the same number,
 * and 0 to the last bit where both sides are.
 */
final class Hellinger implements Statistic {
  @Override
  public String name() {
    return "hellinger";
  }

  @Override
  public String description() {
    return "Hellinger distance of the shares, sqrt(1 - sum of sqrt(p q)) (Evidently's and"
        + " NannyML's, of these buckets)";
  }

  @Override
  public String source() {
    return "Hellinger, Journal für die reine und angewandte Mathematik 136 (1909)";
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
    return new Range(0, 1, "");
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public EffectSize effect() {
    return new EffectSize(
        0.1,
        0.37,
        1,
        "Evidently's 0.1; a quarter of all vectors in a bucket that the reference does not have"
            + " gives 0.37");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    if (reference.counted() == 0 || window.counted() == 0) {
      return OptionalDouble.empty();
    }
    double squares = 0;
    for (int i = 0; i < reference.buckets(); i++) {
      double difference = Math.sqrt(reference.share(i)) - Math.sqrt(window.share(i));
      squares += difference * difference;
    }
    return OptionalDouble.of(Math.sqrt(squares / 2));
  }
}

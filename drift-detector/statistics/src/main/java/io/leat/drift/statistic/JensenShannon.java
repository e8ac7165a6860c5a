package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The Jensen-Shannon distance of the shares of buckets: the square root of half the
 * Kullback-Leibler divergences of both sides from their mean, by logarithms of base 2; 0 (the same)
 * to 1 (no bucket in common). An empty bucket adds nothing, so no share needs a floor.
 *
 * <p>The base is part of the name: with the natural logarithm (SciPy, Evidently) the same data give
 * a value that is smaller by sqrt(ln 2), 0.83.
 */
final class JensenShannon implements Statistic {
  @Override
  public String name() {
    return "js_base2";
  }

  @Override
  public String description() {
    return "Jensen-Shannon distance of the shares, logarithms of base 2 (NannyML's; SciPy's and"
        + " Evidently's is smaller by a factor of 0.83)";
  }

  @Override
  public String source() {
    return "Endres and Schindelin, IEEE Transactions on Information Theory 49 (2003)";
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
        0.12,
        0.37,
        1,
        "Evidently's 0.1 in base 2; a quarter of all vectors in a bucket that the reference does not"
            + " have gives 0.37");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    if (reference.counted() == 0 || window.counted() == 0) {
      return OptionalDouble.empty();
    }
    double divergence = 0;
    for (int i = 0; i < reference.buckets(); i++) {
      double p = reference.share(i);
      double q = window.share(i);
      divergence += term(p, (p + q) / 2) + term(q, (p + q) / 2);
    }
    return OptionalDouble.of(Math.sqrt(Math.max(0, divergence / 2 / Math.log(2))));
  }

  private static double term(double share, double mean) {
    return share == 0 ? 0 : share * Math.log(share / mean);
  }
}

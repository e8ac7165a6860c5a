package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The L-infinity distance of the shares of buckets: the greatest |p - q| of one bucket; 0 (the
 * same) to 1 (each in one bucket, not the same). Deaf to many small differences.
 */
final class LInfinity implements Statistic {
  @Override
  public String name() {
    return "linf";
  }

  @Override
  public String description() {
    return "L-infinity distance of the shares, the greatest abs(p - q) (NannyML's, Vertex AI's and SageMaker's, of these buckets)";
  }

  @Override
  public String source() {
    return "Chebyshev distance";
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
        0.05, 0.25, 1, "one vector in twenty, of one bucket; a quarter of all vectors, on top");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    if (reference.counted() == 0 || window.counted() == 0) {
      return OptionalDouble.empty();
    }
    double greatest = 0;
    for (int i = 0; i < reference.buckets(); i++) {
      greatest = Math.max(greatest, Math.abs(reference.share(i) - window.share(i)));
    }
    return OptionalDouble.of(greatest);
  }
}

package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * How far the mean of embeddings has moved: the Euclidean distance of the two means, in units of
 * the reference's spread (the root of the mean squared distance of its vectors from their mean).
 * Two independent samples of n and m vectors that nothing sets apart are about sqrt(1/n + 1/m) off,
 * whatever their dimension.
 */
final class CentroidShift implements Statistic {
  @Override
  public String name() {
    return "centroid_shift";
  }

  @Override
  public String description() {
    return "Euclidean distance of the means of the vectors, in units of the root mean squared distance of the reference's vectors from theirs";
  }

  @Override
  public String source() {
    return "Hotelling, Annals of Mathematical Statistics 2 (1931), with the trace of the covariance in place of its inverse";
  }

  @Override
  public Input input() {
    return Input.MEANS;
  }

  @Override
  public Set<ColumnKind> kinds() {
    return Set.of(ColumnKind.EMBEDDINGS);
  }

  @Override
  public Range range() {
    return new Range(0, Double.POSITIVE_INFINITY, "spreads of the reference");
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public EffectSize effect() {
    return new EffectSize(
        0.1, 0.5, 2, "a tenth of the spread; half of the spread on top, and twice as far");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    if (reference.values() == 0 || window.values() == 0 || reference.dimensions() == 0) {
      return OptionalDouble.empty();
    }
    double squared = 0;
    for (int i = 0; i < reference.dimensions(); i++) {
      double difference = reference.mean(i) - window.mean(i);
      squared += difference * difference;
    }
    return OptionalDouble.of(Math.sqrt(squared));
  }
}

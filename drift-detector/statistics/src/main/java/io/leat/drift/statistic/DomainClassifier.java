package io.leat.drift.statistic;

import io.leat.drift.sample.SampleTests;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * How well a classifier tells the window's embeddings from the reference's: the area under its ROC
 * curve ({@link SampleTests#CLASSIFIER_AUC}) over those that were drawn of each, or 0.5 where that
 * is less, as it is half of the time where nothing differs.
 */
final class DomainClassifier implements Statistic {
  private static final double ALIKE = 0.5;

  /** Two a fold. */
  private static final int LEAST = 10;

  @Override
  public String name() {
    return "classifier_auc";
  }

  @Override
  public String description() {
    return "area under the ROC curve of a classifier that tells the window's vectors from the reference's, 5-fold: boosted trees over at most 200 drawn of each; 0.5 is alike";
  }

  @Override
  public String source() {
    return "Lopez-Paz and Oquab, ICLR (2017)";
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
    return new Range(ALIKE, 1, "");
  }

  @Override
  public boolean isSymmetric() {
    return false;
  }

  @Override
  public EffectSize effect() {
    return new EffectSize(
        0.55,
        0.2,
        1,
        "Evidently's default for embeddings; two fifths of the way from 0.5 to 1, on top");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    DrawnVectors one = reference.drawn();
    DrawnVectors other = window.drawn();
    if (one.keys().length < LEAST || other.keys().length < LEAST) {
      return OptionalDouble.empty();
    }
    if (Arrays.equals(one.keys(), other.keys())) {
      return OptionalDouble.of(ALIKE);
    }
    double area = SampleTests.CLASSIFIER_AUC.compare(one.vectors(), other.vectors()).statistic();
    return OptionalDouble.of(Math.max(ALIKE, area));
  }
}

package io.leat.retraining.training;

import io.leat.pipeline.model.ModelMetadata;
import java.util.Arrays;

/**
 * What a model predicts.
 *
 * @param type whether a label is one of two, one of several, or a number
 * @param classes how many a label is one of: 2 of {@code BINARY}, at least 2 of {@code MULTICLASS},
 *     0 of {@code REGRESSION}
 */
public record Kind(Type type, int classes) {
  /** Labels are 0 (false) or 1 (true). */
  public static final Kind BINARY = new Kind(Type.BINARY, 2);

  /** Labels are finite numbers. */
  public static final Kind REGRESSION = new Kind(Type.REGRESSION, 0);

  /** The output of a regression. */
  public static final String VALUE = "value";

  /** What a label is. */
  public enum Type {
    BINARY,
    MULTICLASS,
    REGRESSION
  }

  public Kind {
    boolean fits =
        switch (type) {
          case BINARY -> classes == 2;
          case MULTICLASS -> classes >= 2;
          case REGRESSION -> classes == 0;
        };
    if (!fits) {
      throw new IllegalArgumentException("%d classes for %s".formatted(classes, type));
    }
  }

  /**
   * Labels are 0, 1, ... below a count.
   *
   * @param classes at least 2
   */
  public static Kind multiclass(int classes) {
    return new Kind(Type.MULTICLASS, classes);
  }

  /**
   * Name of the model's output: {@code probabilities}, float [batch, classes], or {@code value},
   * float [batch, 1].
   */
  public String output() {
    return type == Type.REGRESSION ? VALUE : ModelMetadata.TRAINED_OUTPUT;
  }

  /** Number of margins that a model of this kind adds up: one a class, of two classes one. */
  int margins() {
    return type == Type.MULTICLASS ? classes : 1;
  }

  /** Number of columns that a graph has of margins and of predictions: one a class, or one. */
  int columns() {
    return isClassification() ? classes : 1;
  }

  /** What a row's margins cost: its log loss in nats, or its squared error. */
  double loss(double[] margins, double label) {
    return switch (type) {
      case BINARY -> {
        double against = label == 1 ? -margins[0] : margins[0];
        yield Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
      }
      case MULTICLASS -> {
        double greatest = Arrays.stream(margins).max().orElseThrow();
        double sum = Arrays.stream(margins).map(margin -> Math.exp(margin - greatest)).sum();
        yield greatest + Math.log(sum) - margins[(int) label];
      }
      case REGRESSION -> (margins[0] - label) * (margins[0] - label);
    };
  }

  boolean isClassification() {
    return type != Type.REGRESSION;
  }

  boolean allows(double label) {
    return isClassification()
        ? label >= 0 && label < classes && label == Math.rint(label)
        : Double.isFinite(label);
  }

  /** For messages: what a label is expected to be. */
  String labels() {
    return switch (type) {
      case BINARY -> "0 or 1";
      case MULTICLASS -> "a whole number from 0 to " + (classes - 1);
      case REGRESSION -> "a finite number";
    };
  }
}

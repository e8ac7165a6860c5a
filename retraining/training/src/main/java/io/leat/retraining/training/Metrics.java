package io.leat.retraining.training;

import java.util.Map;

/** What a trainer says of a model on some rows. */
public sealed interface Metrics permits BinaryMetrics, MulticlassMetrics, RegressionMetrics {
  /** Number of rows measured, at least 1. */
  int rows();

  /**
   * What candidates are compared by, less being better: log loss, or the root mean square error.
   */
  double loss();

  /** All figures by name, as in {@code log_loss}; those that the rows do not have are left out. */
  Map<String, Double> values();

  /**
   * Measures.
   *
   * @param predictions of each row what {@link Predictor#predict} gives
   * @param labels of each row
   * @param clusters number of each row's cluster, from 0: rows of one hang together
   */
  static Metrics of(Kind kind, double[][] predictions, double[] labels, int[] clusters) {
    if (labels.length == 0 || predictions.length != labels.length) {
      throw new IllegalArgumentException(
          "%d predictions for %d labels; expected as many, and at least one"
              .formatted(predictions.length, labels.length));
    }
    return switch (kind.type()) {
      case BINARY -> BinaryMetrics.ofPredictions(predictions, labels, clusters);
      case MULTICLASS -> MulticlassMetrics.of(predictions, labels);
      case REGRESSION -> RegressionMetrics.of(predictions, labels);
    };
  }
}

package io.leat.retraining.training;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Losses;
import java.util.stream.IntStream;

/**
 * What a trainer says of a model: how well probabilities predict labels.
 *
 * @param rows number of rows measured, at least 1
 * @param positives number of them whose label is true
 * @param auc area under the ROC curve: how often a true label's row has the higher probability of a
 *     random pair of unlike labels, ties counting half; NaN where all labels are alike
 * @param logLoss mean negative log-likelihood in nats; 0 is perfect
 * @param baselineLogLoss log loss of predicting the rows' own share of true labels every time
 */
public record Metrics(int rows, int positives, double auc, double logLoss, double baselineLogLoss) {
  /** Measures; both arrays have one entry a row, and at least one. */
  public static Metrics of(double[] probabilities, boolean[] labels) {
    int rows = labels.length;
    if (rows == 0 || probabilities.length != rows) {
      throw new IllegalArgumentException(
          "%d probabilities for %d labels; expected as many, and at least one"
              .formatted(probabilities.length, rows));
    }
    int positives = (int) IntStream.range(0, rows).filter(i -> labels[i]).count();
    double share = (double) positives / rows;
    double loss = 0;
    for (int i = 0; i < rows; i++) {
      loss += Losses.logLoss(probabilities[i], labels[i]);
    }
    return new Metrics(
        rows,
        positives,
        Auc.of(probabilities, labels),
        loss / rows,
        share * Losses.logLoss(share, true) + (1 - share) * Losses.logLoss(share, false));
  }
}

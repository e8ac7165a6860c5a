package io.leat.retraining.training;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Calibration;
import io.leat.evaluation.ClusteredMean;
import io.leat.evaluation.Estimate;
import io.leat.evaluation.Losses;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How well probabilities predict labels that are true or false.
 *
 * @param rows number of rows measured, at least 1
 * @param positives number of them whose label is true
 * @param auc area under the ROC curve: how often a true label's row has the higher probability of a
 *     random pair of unlike labels, ties counting half; NaN where all labels are alike
 * @param aucLow lower end of its 95 % interval ({@link Auc}); NaN with rows of a label of fewer
 *     than two entities
 * @param aucHigh upper end
 * @param logLoss mean negative log-likelihood in nats; 0 is perfect
 * @param logLossLow lower end of its 95 % interval ({@link ClusteredMean}); NaN of one entity
 * @param logLossHigh upper end
 * @param baselineLogLoss log loss of predicting the rows' own share of true labels every time
 * @param calibrationError {@link Calibration#error}
 */
public record BinaryMetrics(
    int rows,
    int positives,
    double auc,
    double aucLow,
    double aucHigh,
    double logLoss,
    double logLossLow,
    double logLossHigh,
    double baselineLogLoss,
    double calibrationError)
    implements Metrics {
  /** Measures rows that stand for themselves; both arrays have one entry a row, at least one. */
  public static BinaryMetrics of(double[] probabilities, boolean[] labels) {
    return of(probabilities, labels, IntStream.range(0, labels.length).toArray());
  }

  /**
   * Measures; all arrays have one entry a row, and at least one.
   *
   * @param clusters number of each row's cluster, from 0: rows of one hang together
   */
  static BinaryMetrics of(double[] probabilities, boolean[] labels, int[] clusters) {
    int rows = labels.length;
    if (rows == 0 || probabilities.length != rows) {
      throw new IllegalArgumentException(
          "%d probabilities for %d labels; expected as many, and at least one"
              .formatted(probabilities.length, rows));
    }
    int positives = (int) IntStream.range(0, rows).filter(i -> labels[i]).count();
    double share = (double) positives / rows;
    double[] losses =
        IntStream.range(0, rows)
            .mapToDouble(i -> Losses.logLoss(probabilities[i], labels[i]))
            .toArray();
    Estimate logLoss = ClusteredMean.of(losses, clusters);
    Estimate auc = Auc.estimate(probabilities, labels, clusters);
    return new BinaryMetrics(
        rows,
        positives,
        auc.value(),
        auc.low(),
        auc.high(),
        logLoss.value(),
        logLoss.low(),
        logLoss.high(),
        share * Losses.logLoss(share, true) + (1 - share) * Losses.logLoss(share, false),
        Calibration.of(probabilities, labels).error());
  }

  static BinaryMetrics ofPredictions(double[][] predictions, double[] labels, int[] clusters) {
    double[] probabilities = new double[labels.length];
    boolean[] truths = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      probabilities[i] = predictions[i][1];
      truths[i] = labels[i] == 1;
    }
    return of(probabilities, truths, clusters);
  }

  @Override
  public double loss() {
    return logLoss;
  }

  @Override
  public Map<String, Double> values() {
    Map<String, Double> values = new TreeMap<>();
    values.put("positives", (double) positives);
    values.put("log_loss", logLoss);
    values.put("baseline_log_loss", baselineLogLoss);
    values.put("calibration_error", calibrationError);
    if (!Double.isNaN(auc)) {
      values.put("auc", auc);
    }
    return values;
  }
}

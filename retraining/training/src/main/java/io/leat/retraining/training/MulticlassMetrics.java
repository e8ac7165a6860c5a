package io.leat.retraining.training;

import io.leat.evaluation.Losses;
import java.util.Map;
import java.util.TreeMap;

/**
 * How well probabilities predict labels that are one of several classes.
 *
 * @param rows number of rows measured, at least 1
 * @param accuracy share of rows whose likeliest class, of equals the first, is the label
 * @param logLoss mean negative log-likelihood in nats; 0 is perfect
 * @param baselineLogLoss log loss of predicting the rows' own shares of labels every time
 */
public record MulticlassMetrics(int rows, double accuracy, double logLoss, double baselineLogLoss)
    implements Metrics {

  static MulticlassMetrics of(double[][] predictions, double[] labels) {
    int rows = labels.length;
    int[] counts = new int[predictions[0].length];
    double loss = 0;
    int right = 0;
    for (int i = 0; i < rows; i++) {
      int label = (int) labels[i];
      int likeliest = 0;
      for (int k = 1; k < predictions[i].length; k++) {
        likeliest = predictions[i][k] > predictions[i][likeliest] ? k : likeliest;
      }
      right += likeliest == label ? 1 : 0;
      counts[label]++;
      loss += Losses.logLoss(predictions[i][label], true);
    }
    double baseline = 0;
    for (int count : counts) {
      double share = (double) count / rows;
      baseline += count == 0 ? 0 : share * Losses.logLoss(share, true);
    }
    return new MulticlassMetrics(rows, (double) right / rows, loss / rows, baseline);
  }

  @Override
  public double loss() {
    return logLoss;
  }

  @Override
  public Map<String, Double> values() {
    return new TreeMap<>(
        Map.of("accuracy", accuracy, "log_loss", logLoss, "baseline_log_loss", baselineLogLoss));
  }
}

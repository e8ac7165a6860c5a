package io.leat.retraining.training;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well probabilities predict labels.
 *
 * @param rows number of rows measured, at least 1
 * @param positives number of them whose label is true
 * @param auc area under the ROC curve: how often a true label's row has the higher probability of a
 *     random pair of unlike labels, ties counting half; NaN where all labels are alike
 * @param logLoss mean negative log-likelihood in nats; 0 is perfect
 * @param baselineLogLoss log loss of predicting the rows' own share of true labels every time
 */
public record Metrics(int rows, int positives, double auc, double logLoss, double baselineLogLoss) {
  private static final double CLIP = 1e-15; // as scikit-learn clips: a certain error costs 34.5

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
      loss += cost(probabilities[i], labels[i]);
    }
    return new Metrics(
        rows,
        positives,
        auc(probabilities, labels, positives),
        loss / rows,
        share * cost(share, true) + (1 - share) * cost(share, false));
  }

  private static double cost(double probability, boolean label) {
    double clipped = Math.min(Math.max(probability, CLIP), 1 - CLIP);
    return -Math.log(label ? clipped : 1 - clipped);
  }

  /** The Mann-Whitney statistic over ranks, tied probabilities sharing their mean rank. */
  private static double auc(double[] probabilities, boolean[] labels, int positives) {
    int rows = labels.length;
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> probabilities[i]));
    double rankSum = 0;
    for (int start = 0; start < rows; ) {
      int end = start;
      while (end < rows && probabilities[order[end]] == probabilities[order[start]]) {
        end++;
      }
      double meanRank = (start + 1 + end) / 2.0;
      for (int i = start; i < end; i++) {
        rankSum += labels[order[i]] ? meanRank : 0;
      }
      start = end;
    }
    double pairs = (double) positives * (rows - positives);
    return (rankSum - positives * (positives + 1.0) / 2) / pairs;
  }
}

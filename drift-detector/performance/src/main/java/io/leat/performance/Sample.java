package io.leat.performance;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Calibration;
import io.leat.evaluation.ClusteredMean;
import io.leat.evaluation.Estimate;
import io.leat.evaluation.Performance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Scores that their labels are known of, as columns of rows. Its figures are called as
 * docs/reference/performance.md has them; one that these rows do not have is NaN.
 *
 * @param labels numbers; 1 and 0 where they are true and false
 * @param decided whether the model decided something of a row
 * @param clusters number of each row's entity, from 0: rows of one hang together
 * @param costs of each row what was decided cost; empty where nobody says what it costs
 */
record Sample(
    double[] scores, double[] labels, boolean[] decided, int[] clusters, Optional<double[]> costs) {
  static final String COST = "cost";

  /** Whether all labels are yes or no. */
  boolean isBinary() {
    return Arrays.stream(labels).allMatch(label -> label == 0 || label == 1);
  }

  /**
   * All figures, in their order.
   *
   * @param decides whether the model takes decisions at all
   */
  Map<String, Estimate> figures(boolean decides) {
    Map<String, Estimate> figures = new LinkedHashMap<>();
    if (!isBinary()) {
      double[] errors = each(i -> Math.abs(scores[i] - labels[i]));
      figures.put("mae", ClusteredMean.of(errors, clusters));
      Estimate squares = ClusteredMean.of(each(i -> errors[i] * errors[i]), clusters);
      figures.put(
          "rmse",
          new Estimate(
              Math.sqrt(squares.value()),
              Math.sqrt(Math.max(0, squares.low())),
              Math.sqrt(squares.high())));
      return figures;
    }
    boolean[] truths = new boolean[labels.length];
    for (int i = 0; i < truths.length; i++) {
      truths[i] = labels[i] == 1;
    }
    boolean isParted =
        IntStream.range(0, truths.length).mapToObj(i -> truths[i]).distinct().count() > 1;
    figures.put("auc", isParted ? Auc.estimate(scores, truths, clusters) : Estimate.NONE);
    if (truths.length > 0 && Arrays.stream(scores).allMatch(score -> score >= 0 && score <= 1)) {
      Performance.OfProbabilities worth =
          Performance.of(scores, truths, clusters).probabilities().orElseThrow();
      figures.put("logloss", worth.logLoss());
      figures.put("brier", worth.brier());
      Calibration calibration = worth.calibration();
      figures.put("ece_equal_count_10", new Estimate(calibration.error(), Double.NaN, Double.NaN));
    }
    if (decides) {
      Estimate precision = share(i -> decided[i], i -> truths[i]);
      Estimate recall = share(i -> truths[i], i -> decided[i]);
      figures.put("precision", precision);
      figures.put("recall", recall);
      figures.put(
          "f1",
          ClusteredMean.ratio(
              each(i -> decided[i] && truths[i] ? 2 : 0),
              each(i -> (decided[i] ? 1 : 0) + (truths[i] ? 1 : 0)),
              clusters));
    }
    costs.ifPresent(of -> figures.put(COST, ClusteredMean.of(of, clusters)));
    return figures;
  }

  private Estimate share(IntPredicate ofRows, IntPredicate holds) {
    int[] rows = IntStream.range(0, labels.length).filter(ofRows).toArray();
    return rows.length == 0
        ? Estimate.NONE
        : ClusteredMean.of(
            Arrays.stream(rows).mapToDouble(i -> holds.test(i) ? 1 : 0).toArray(),
            Arrays.stream(rows).map(i -> clusters[i]).toArray());
  }

  private double[] each(java.util.function.IntToDoubleFunction value) {
    return IntStream.range(0, labels.length).mapToDouble(value).toArray();
  }

  /**
   * What the figures would be by the scores alone: of a row with the probability p the label is
   * expected to be true p times (confidence-based performance estimation). Blind to what changes
   * between features and label.
   *
   * @param probabilities what each score stands for; it may not fall with the score
   */
  static Map<String, Double> expected(
      double[] scores, double[] probabilities, boolean[] decided, boolean decides) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("auc", expectedAuc(scores, probabilities));
    if (Arrays.stream(scores).allMatch(score -> score >= 0 && score <= 1)) {
      figures.put(
          "brier",
          IntStream.range(0, scores.length)
              .mapToDouble(
                  i ->
                      probabilities[i] * (1 - scores[i]) * (1 - scores[i])
                          + (1 - probabilities[i]) * scores[i] * scores[i])
              .average()
              .orElse(Double.NaN));
    }
    if (decides) {
      double hits = 0;
      double falseAlarms = 0;
      double misses = 0;
      for (int i = 0; i < scores.length; i++) {
        if (decided[i]) {
          hits += probabilities[i];
          falseAlarms += 1 - probabilities[i];
        } else {
          misses += probabilities[i];
        }
      }
      figures.put("precision", hits / (hits + falseAlarms));
      figures.put("recall", hits / (hits + misses));
      figures.put("f1", 2 * hits / (2 * hits + falseAlarms + misses));
    }
    return figures;
  }

  /** Area under the curve of expected true and false positives over all thresholds. */
  private static double expectedAuc(double[] scores, double[] probabilities) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
    double positives = Arrays.stream(probabilities).sum();
    double negatives = scores.length - positives;
    double area = 0;
    double negativesBelow = 0;
    for (int i = 0; i < order.length; ) {
      double score = scores[order[i]];
      double tiedPositives = 0;
      double tiedNegatives = 0;
      for (; i < order.length && scores[order[i]] == score; i++) {
        tiedPositives += probabilities[order[i]];
        tiedNegatives += 1 - probabilities[order[i]];
      }
      area += tiedPositives * (negativesBelow + tiedNegatives / 2);
      negativesBelow += tiedNegatives;
    }
    return area / (positives * negatives);
  }
}

package io.leat.evaluation;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How well one model's scores predict labels.
 *
 * @param rows number of rows measured
 * @param positives number of them whose label is true
 * @param auc {@link Auc}
 * @param probabilities what scores are worth as probabilities; empty where one lies outside 0 to 1
 */
public record Performance(
    int rows, int positives, Estimate auc, Optional<OfProbabilities> probabilities) {

  /**
   * @param logLoss mean of {@link Losses#logLoss}
   * @param brier mean of {@link Losses#brier}
   */
  public record OfProbabilities(Estimate logLoss, Estimate brier, Calibration calibration) {}

  /**
   * Two models on the same rows; differences are the candidate's figure less the baseline's.
   *
   * @param logLoss empty where a score of either is no probability
   * @param brier as {@code logLoss}
   */
  public record Pair(
      Performance baseline,
      Performance candidate,
      Estimate auc,
      Optional<Estimate> logLoss,
      Optional<Estimate> brier) {}

  /**
   * Measures one model.
   *
   * @param clusters number of each row's cluster, from 0: rows of one hang together
   */
  public static Performance of(double[] scores, boolean[] labels, int[] clusters) {
    int positives = (int) IntStream.range(0, labels.length).filter(i -> labels[i]).count();
    return new Performance(
        labels.length,
        positives,
        Auc.estimate(scores, labels, clusters),
        areProbabilities(scores)
            ? Optional.of(
                new OfProbabilities(
                    ClusteredMean.of(Losses.each(Losses::logLoss, scores, labels), clusters),
                    ClusteredMean.of(Losses.each(Losses::brier, scores, labels), clusters),
                    Calibration.of(scores, labels)))
            : Optional.empty());
  }

  /** Measures two models. */
  public static Pair pair(double[] baseline, double[] candidate, boolean[] labels, int[] clusters) {
    return new Pair(
        of(baseline, labels, clusters),
        of(candidate, labels, clusters),
        Auc.pair(baseline, candidate, labels, clusters).difference(),
        difference(Losses::logLoss, baseline, candidate, labels, clusters),
        difference(Losses::brier, baseline, candidate, labels, clusters));
  }

  private static Optional<Estimate> difference(
      Losses.Loss loss, double[] baseline, double[] candidate, boolean[] labels, int[] clusters) {
    if (!areProbabilities(baseline) || !areProbabilities(candidate)) {
      return Optional.empty();
    }
    double[] before = Losses.each(loss, baseline, labels);
    double[] after = Losses.each(loss, candidate, labels);
    Arrays.setAll(after, i -> after[i] - before[i]);
    return Optional.of(ClusteredMean.of(after, clusters));
  }

  private static boolean areProbabilities(double[] scores) {
    return Arrays.stream(scores).allMatch(score -> score >= 0 && score <= 1);
  }
}

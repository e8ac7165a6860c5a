package io.leat.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Area under the ROC curve: how often a true label's row has the higher score of a random pair of
 * unlike labels, ties counting half. Intervals by the placements of DeLong, DeLong and
 * Clarke-Pearson (Biometrics 44, 1988), computed from ranks (Sun and Xu, IEEE Signal Processing
 * Letters 21, 2014) in the time of sorting, and summed over clusters of rows that hang together,
 * such as an entity's (Obuchowski, Biometrics 53, 1997). Of clusters of one row each that is
 * DeLong's covariance.
 */
public final class Auc {
  private Auc() {}

  /**
   * Two areas over the same rows.
   *
   * @param difference the candidate's less the baseline's
   */
  public record Pair(Estimate baseline, Estimate candidate, Estimate difference) {}

  /** The area; NaN where all labels are alike. */
  public static double of(double[] scores, boolean[] labels) {
    return new Placements(scores, labels).area();
  }

  /** The area with its interval, as if no two rows were of one entity. */
  public static Estimate estimate(double[] scores, boolean[] labels) {
    return estimate(scores, labels, alone(labels));
  }

  /**
   * The area with its interval, which is NaN where a label's rows are of fewer than two clusters.
   *
   * @param clusters number of each row's cluster, from 0
   */
  public static Estimate estimate(double[] scores, boolean[] labels, int[] clusters) {
    return new Placements(scores, labels).estimate(clusters);
  }

  /** Both areas, and their difference as of paired scores, as if no two rows were of one entity. */
  public static Pair pair(double[] baseline, double[] candidate, boolean[] labels) {
    return pair(baseline, candidate, labels, alone(labels));
  }

  /**
   * Both areas, and their difference as of paired scores.
   *
   * @param clusters number of each row's cluster, from 0
   */
  public static Pair pair(double[] baseline, double[] candidate, boolean[] labels, int[] clusters) {
    Placements before = new Placements(baseline, labels);
    Placements after = new Placements(candidate, labels);
    double difference = after.area() - before.area();
    double[] placements = after.each.clone();
    Arrays.setAll(placements, i -> placements[i] - before.each[i]);
    return new Pair(
        before.estimate(clusters),
        after.estimate(clusters),
        Estimate.normal(difference, standardError(placements, difference, labels, clusters)));
  }

  private static int[] alone(boolean[] labels) {
    return IntStream.range(0, labels.length).toArray();
  }

  /**
   * By the sums of each cluster's true and other rows, each sum around what it would be by the
   * mean: their variances and, where a cluster has rows of both, their covariance.
   */
  private static double standardError(
      double[] placements, double mean, boolean[] labels, int[] clusters) {
    if (clusters.length != labels.length) {
      throw new IllegalArgumentException(
          "%d labels in %d clusters; expected a cluster of each"
              .formatted(labels.length, clusters.length));
    }
    int count = Arrays.stream(clusters).max().orElse(-1) + 1;
    double[][] sums = new double[2][count];
    boolean[][] there = new boolean[2][count];
    int[] rows = new int[2];
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i] ? 1 : 0;
      sums[label][clusters[i]] += placements[i] - mean;
      there[label][clusters[i]] = true;
      rows[label]++;
    }
    double variance = 0;
    int[] having = new int[2];
    int any = 0;
    double covariance = 0;
    for (int cluster = 0; cluster < count; cluster++) {
      having[0] += there[0][cluster] ? 1 : 0;
      having[1] += there[1][cluster] ? 1 : 0;
      any += there[0][cluster] || there[1][cluster] ? 1 : 0;
      covariance += sums[0][cluster] * sums[1][cluster] / ((double) rows[0] * rows[1]);
    }
    if (having[0] < 2 || having[1] < 2) {
      return Double.NaN;
    }
    for (int label = 0; label < 2; label++) {
      double squares = Arrays.stream(sums[label]).map(sum -> sum * sum).sum();
      variance += small(having[label]) * squares / ((double) rows[label] * rows[label]);
    }
    return Math.sqrt(Math.max(0, variance + 2 * small(any) * covariance));
  }

  /** The factor for few clusters, at least two. */
  private static double small(int clusters) {
    return clusters / (clusters - 1.0);
  }

  /**
   * Of each row with a true label the share of the others' rows below it, ties counting half; of
   * each other row the share of the true ones' rows above it. Both have the area as their mean.
   */
  private static final class Placements {
    private final boolean[] labels;
    private final double[] each;

    Placements(double[] scores, boolean[] labels) {
      if (scores.length != labels.length) {
        throw new IllegalArgumentException(
            "%d scores for %d labels; expected as many".formatted(scores.length, labels.length));
      }
      for (int i = 0; i < scores.length; i++) {
        if (Double.isNaN(scores[i])) {
          throw new IllegalArgumentException(
              "score %d is NaN, which is neither above nor below another".formatted(i));
        }
      }
      double[] all = ranks(scores, i -> true);
      double[] ranksOfTrue = ranks(scores, i -> labels[i]);
      double[] ranksOfFalse = ranks(scores, i -> !labels[i]);
      int positives = (int) IntStream.range(0, labels.length).filter(i -> labels[i]).count();
      int negatives = labels.length - positives;
      this.labels = labels;
      this.each = new double[labels.length];
      Arrays.setAll(
          each,
          i ->
              labels[i]
                  ? (all[i] - ranksOfTrue[i]) / negatives
                  : 1 - (all[i] - ranksOfFalse[i]) / positives);
    }

    /** NaN where all labels are alike. */
    double area() {
      double sum = 0;
      int positives = 0;
      for (int i = 0; i < labels.length; i++) {
        sum += labels[i] ? each[i] : 0;
        positives += labels[i] ? 1 : 0;
      }
      return positives == 0 || positives == labels.length ? Double.NaN : sum / positives;
    }

    Estimate estimate(int[] clusters) {
      return Estimate.normal(area(), standardError(each, area(), labels, clusters)).within(0, 1);
    }

    /** Rank of each wanted row among the wanted, from 1, tied ones sharing their mean rank. */
    private static double[] ranks(double[] scores, IntPredicate wanted) {
      Integer[] order =
          IntStream.range(0, scores.length).filter(wanted).boxed().toArray(Integer[]::new);
      Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
      double[] ranks = new double[scores.length];
      for (int start = 0; start < order.length; ) {
        int end = start;
        while (end < order.length && scores[order[end]] == scores[order[start]]) {
          end++;
        }
        for (int i = start; i < end; i++) {
          ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        start = end;
      }
      return ranks;
    }
  }
}

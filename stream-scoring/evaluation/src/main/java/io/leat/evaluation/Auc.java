package io.leat.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Area under the ROC curve: how often a true label's row has the higher score of a random pair of
 * unlike labels, ties counting half. Intervals by the covariance of DeLong, DeLong and
 * Clarke-Pearson (Biometrics 44, 1988), computed from ranks (Sun and Xu, IEEE Signal Processing
 * Letters 21, 2014) in the time of sorting.
 *
 * <p>They take rows as independent: rows of few entities make them too narrow.
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

  /** The area with its interval, which is NaN with fewer than two rows of a label. */
  public static Estimate estimate(double[] scores, boolean[] labels) {
    return new Placements(scores, labels).estimate();
  }

  /** Both areas, and their difference as of paired scores. */
  public static Pair pair(double[] baseline, double[] candidate, boolean[] labels) {
    Placements before = new Placements(baseline, labels);
    Placements after = new Placements(candidate, labels);
    double difference = after.area() - before.area();
    return new Pair(
        before.estimate(),
        after.estimate(),
        Estimate.normal(
            difference,
            standardError(
                less(after.ofTrue, before.ofTrue),
                less(after.ofFalse, before.ofFalse),
                difference)));
  }

  private static double[] less(double[] minuend, double[] subtrahend) {
    return IntStream.range(0, minuend.length)
        .mapToDouble(i -> minuend[i] - subtrahend[i])
        .toArray();
  }

  private static double standardError(double[] ofTrue, double[] ofFalse, double mean) {
    return Math.sqrt(
        variance(ofTrue, mean) / ofTrue.length + variance(ofFalse, mean) / ofFalse.length);
  }

  private static double variance(double[] values, double mean) {
    if (values.length < 2) {
      return Double.NaN;
    }
    return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum()
        / (values.length - 1);
  }

  /**
   * Of each row with a true label the share of the others' rows below it, ties counting half; of
   * each other row the share of the true ones' rows above it. Both have the area as their mean.
   */
  private static final class Placements {
    private final double[] ofTrue;
    private final double[] ofFalse;

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
      ofTrue =
          IntStream.range(0, labels.length)
              .filter(i -> labels[i])
              .mapToDouble(i -> (all[i] - ranksOfTrue[i]) / negatives)
              .toArray();
      ofFalse =
          IntStream.range(0, labels.length)
              .filter(i -> !labels[i])
              .mapToDouble(i -> 1 - (all[i] - ranksOfFalse[i]) / positives)
              .toArray();
    }

    double area() {
      return ofTrue.length == 0 || ofFalse.length == 0
          ? Double.NaN
          : Arrays.stream(ofTrue).sum() / ofTrue.length;
    }

    Estimate estimate() {
      return Estimate.normal(area(), standardError(ofTrue, ofFalse, area())).within(0, 1);
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

package io.leat.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether of rows with the probability p the share p has a true label.
 *
 * @param error {@code ece_equal_count_10}: sum over ten bins of about equal counts of {@code n_b /
 *     n * |mean probability - share of true labels|}; 0 is perfect
 * @param slope of the logistic regression of the label on {@code logit(p)}, p cut to 1e-15 from 0
 *     and 1: 1 is perfect, less is too sure of itself; NaN where there is none
 * @param intercept of the same; 0 is perfect
 * @param bins by rising probability, ten at most
 */
public record Calibration(double error, double slope, double intercept, List<Bin> bins) {
  private static final int BINS = 10;
  private static final int STEPS = 100;
  private static final int HALVINGS = 40;
  private static final double NEAR = 1e-4;
  private static final double CLOSE = 1e-11;

  public Calibration {
    bins = List.copyOf(bins);
  }

  /**
   * Rows of like probability. Rows of one probability lie in one bin.
   *
   * @param rows at least 1
   * @param probability their mean
   * @param share of true labels among them
   */
  public record Bin(int rows, double probability, double share) {}

  /** Measures; both arrays have one entry a row. */
  public static Calibration of(double[] probabilities, boolean[] labels) {
    List<Bin> bins = bins(probabilities, labels);
    double error =
        bins.stream()
                .mapToDouble(bin -> bin.rows() * Math.abs(bin.probability() - bin.share()))
                .sum()
            / labels.length;
    double[] line = regression(probabilities, labels);
    return new Calibration(error, line[1], line[0], bins);
  }

  /** A row's bin is that of the middle rank of all rows of its probability: no order decides. */
  private static List<Bin> bins(double[] probabilities, boolean[] labels) {
    int rows = labels.length;
    Integer[] order = IntStream.range(0, rows).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> probabilities[i]));
    int[] counts = new int[BINS];
    double[] sums = new double[BINS];
    int[] positives = new int[BINS];
    for (int start = 0; start < rows; ) {
      int end = start;
      while (end < rows && probabilities[order[end]] == probabilities[order[start]]) {
        end++;
      }
      int bin = (int) ((long) BINS * (start + end) / (2L * rows));
      for (int i = start; i < end; i++) {
        counts[bin]++;
        sums[bin] += probabilities[order[i]];
        positives[bin] += labels[order[i]] ? 1 : 0;
      }
      start = end;
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < BINS; i++) {
      if (counts[i] > 0) {
        bins.add(new Bin(counts[i], sums[i] / counts[i], (double) positives[i] / counts[i]));
      }
    }
    return bins;
  }

  /** Intercept and slope by Newton's method, each step halved until the fit is better. */
  private static double[] regression(double[] probabilities, boolean[] labels) {
    if (areParted(probabilities, labels)) {
      return new double[] {Double.NaN, Double.NaN};
    }
    double[] logits =
        Arrays.stream(probabilities)
            .map(Losses::clip)
            .map(p -> Math.log(p) - Math.log1p(-p))
            .toArray();
    double[] at = {0, 1};
    for (int step = 0; step < STEPS; step++) {
      double[] move = newton(at, logits, labels);
      double length = Math.abs(move[0]) + Math.abs(move[1]);
      double fit = surprise(at, logits, labels);
      double[] to = {at[0] + move[0], at[1] + move[1]};
      // Near the end Newton's own step is better than what the rounded fit can tell.
      for (int halving = 0;
          length > NEAR && halving < HALVINGS && !(surprise(to, logits, labels) < fit);
          halving++) {
        move = new double[] {move[0] / 2, move[1] / 2};
        to = new double[] {at[0] + move[0], at[1] + move[1]};
      }
      at = to;
      if (length < CLOSE) {
        break;
      }
    }
    return at;
  }

  /** Whether some probability parts the labels, or there is one alone: no line fits best then. */
  private static boolean areParted(double[] probabilities, boolean[] labels) {
    DoubleSummaryStatistics ofTrue = new DoubleSummaryStatistics();
    DoubleSummaryStatistics ofFalse = new DoubleSummaryStatistics();
    for (int i = 0; i < labels.length; i++) {
      (labels[i] ? ofTrue : ofFalse).accept(Losses.clip(probabilities[i]));
    }
    return ofTrue.getMin() >= ofFalse.getMax() || ofTrue.getMax() <= ofFalse.getMin();
  }

  private static double surprise(double[] line, double[] logits, boolean[] labels) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double margin = line[0] + line[1] * logits[i];
      double against = labels[i] ? -margin : margin;
      sum += Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
    }
    return sum;
  }

  private static double[] newton(double[] line, double[] logits, boolean[] labels) {
    double gradient0 = 0;
    double gradient1 = 0;
    double h00 = 0;
    double h01 = 0;
    double h11 = 0;
    for (int i = 0; i < labels.length; i++) {
      double p = 1 / (1 + Math.exp(-line[0] - line[1] * logits[i]));
      double error = (labels[i] ? 1 : 0) - p;
      double weight = p * (1 - p);
      gradient0 += error;
      gradient1 += error * logits[i];
      h00 += weight;
      h01 += weight * logits[i];
      h11 += weight * logits[i] * logits[i];
    }
    double determinant = h00 * h11 - h01 * h01;
    return new double[] {
      (h11 * gradient0 - h01 * gradient1) / determinant,
      (h00 * gradient1 - h01 * gradient0) / determinant
    };
  }
}

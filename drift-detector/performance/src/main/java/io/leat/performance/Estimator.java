package io.leat.performance;

import io.leat.drift.sample.BoostedTrees;
import io.leat.evaluation.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * What can be said of scores whose labels are not there, by rows of the same version whose labels
 * are: its reference. All of it is blind to a change between inputs and label.
 *
 * <p>Rows are in an order that has nothing to do with what is in them, so that every third one is a
 * fair part.
 */
final class Estimator {
  /** With fewer rows of the reference or, of labels that are yes or no, of either, none is made. */
  static final int LEAST_REFERENCE = 500;

  static final int LEAST_OF_A_LABEL = 30;

  /** With fewer rows of the window, or rows of the reference that are like them, none is made. */
  static final int LEAST_ALIKE = 100;

  /** Where the reference is like less than this share of the window, none is made. */
  static final double LEAST_COVERED = 0.5;

  private static final int FOLDS = 3;

  private final List<Row> reference;

  /**
   * A score with what it was made of.
   *
   * @param inputs numbers; NaN where there is none
   * @param label NaN where it is not known
   */
  @SuppressWarnings("ArrayRecordComponent") // kept by the thousand, and never changed
  record Row(float[] inputs, double score, double label) {
    /** What is learnt from: the inputs and the score. */
    private double[] columns() {
      double[] columns = new double[inputs.length + 1];
      for (int i = 0; i < inputs.length; i++) {
        columns[i] = inputs[i];
      }
      columns[inputs.length] = score;
      return columns;
    }
  }

  /**
   * @param reference rows with their labels
   */
  Estimator(List<Row> reference) {
    this.reference = List.copyOf(reference);
  }

  private boolean isOfYesAndNo() {
    long yes = reference.stream().filter(row -> row.label() == 1).count();
    long no = reference.stream().filter(row -> row.label() == 0).count();
    return yes + no == reference.size()
        && reference.size() >= LEAST_REFERENCE
        && Math.min(yes, no) >= LEAST_OF_A_LABEL;
  }

  private double[] scores() {
    return reference.stream().mapToDouble(Row::score).toArray();
  }

  private double[] labels() {
    return reference.stream().mapToDouble(Row::label).toArray();
  }

  /**
   * Scores to probabilities for confidence-based estimation: as they are, or by the reference's
   * isotonic fit where that of half of it has the lower calibration error on the other half.
   */
  DoubleUnaryOperator calibrated() {
    if (!isOfYesAndNo()) {
      return DoubleUnaryOperator.identity();
    }
    double[] scores = scores();
    double[] labels = labels();
    int[] even = IntStream.range(0, scores.length).filter(i -> i % 2 == 0).toArray();
    int[] odd = IntStream.range(0, scores.length).filter(i -> i % 2 == 1).toArray();
    Isotonic half = Isotonic.fit(of(scores, even), of(labels, even), ones(even.length));
    double[] unseen = of(scores, odd);
    boolean[] truths = new boolean[odd.length];
    for (int i = 0; i < odd.length; i++) {
      truths[i] = labels[odd[i]] == 1;
    }
    double before = Calibration.of(unseen, truths).error();
    double after = Calibration.of(Arrays.stream(unseen).map(half::of).toArray(), truths).error();
    return after < before
        ? Isotonic.fit(scores, labels, ones(scores.length))::of
        : DoubleUnaryOperator.identity();
  }

  private static double[] of(double[] values, int[] rows) {
    return Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * Scores to probabilities for probabilistic adaptive performance estimation (Bialek and others,
   * arXiv 2401.08348): the isotonic fit of the reference whose rows weigh as much as they are
   * likelier in the window.
   *
   * @param window rows of the window
   * @return empty where there are too few rows, or too few of the reference are like the window's
   */
  Optional<DoubleUnaryOperator> adapted(List<Row> window) {
    if (!isOfYesAndNo() || window.size() < LEAST_ALIKE) {
      return Optional.empty();
    }
    double[] weights = weights(window);
    return isAlike(weights)
        ? Optional.of(Isotonic.fit(scores(), labels(), weights)::of)
        : Optional.empty();
  }

  /**
   * Whether the reference is like a window: enough of its rows by Kish's effective size, which does
   * not change with the weights' scale, and by their mean, which is the share of the window that
   * the reference covers, enough of the window.
   */
  private static boolean isAlike(double[] weights) {
    double sum = Arrays.stream(weights).sum();
    double squares = Arrays.stream(weights).map(weight -> weight * weight).sum();
    return sum * sum / squares >= LEAST_ALIKE && sum / weights.length >= LEAST_COVERED;
  }

  /**
   * How much likelier each row of the reference is in the window: the odds of a classifier that
   * tells both apart, which has not seen the row.
   */
  double[] weights(List<Row> window) {
    double[] weights = new double[reference.size()];
    for (int fold = 0; fold < FOLDS; fold++) {
      List<double[]> rows = new ArrayList<>();
      List<Boolean> ofWindow = new ArrayList<>();
      int references = 0;
      for (int i = 0; i < reference.size(); i++) {
        if (i % FOLDS != fold) {
          rows.add(reference.get(i).columns());
          ofWindow.add(false);
          references++;
        }
      }
      for (int i = 0; i < window.size(); i++) {
        if (i % FOLDS != fold) {
          rows.add(window.get(i).columns());
          ofWindow.add(true);
        }
      }
      BoostedTrees trees = BoostedTrees.learn(rows, ofWindow);
      double scale = (double) references / (rows.size() - references);
      for (int i = fold; i < weights.length; i += FOLDS) {
        weights[i] = scale * Math.exp(trees.score(reference.get(i).columns()));
      }
    }
    return weights;
  }

  /**
   * The absolute and the squared error to be expected of each row of a window: direct loss
   * estimation, by trees that learn the errors of the reference from its inputs and scores.
   *
   * @param absolutes one a row of the window, at least 0
   * @param squares likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, and only read
  record Errors(double[] absolutes, double[] squares) {}

  /**
   * @return empty where there are too few rows, all labels are 0 or 1, or the window is unlike the
   *     reference
   */
  Optional<Errors> errors(List<Row> window) {
    boolean isOfNumbers = reference.stream().anyMatch(row -> row.label() != 0 && row.label() != 1);
    if (!isOfNumbers
        || reference.size() < LEAST_REFERENCE
        || window.size() < LEAST_ALIKE
        || !isAlike(weights(window))) {
      return Optional.empty();
    }
    List<double[]> rows = reference.stream().map(Row::columns).toList();
    double[] errors =
        reference.stream().mapToDouble(row -> Math.abs(row.score() - row.label())).toArray();
    BoostedTrees absolutes = BoostedTrees.regress(rows, errors);
    BoostedTrees squares =
        BoostedTrees.regress(rows, Arrays.stream(errors).map(error -> error * error).toArray());
    return Optional.of(new Errors(of(absolutes, window), of(squares, window)));
  }

  private static double[] of(BoostedTrees trees, List<Row> window) {
    return window.stream().mapToDouble(row -> Math.max(0, trees.score(row.columns()))).toArray();
  }
}

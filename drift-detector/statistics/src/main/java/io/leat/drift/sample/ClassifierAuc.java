package io.leat.drift.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * The domain classifier's area under the ROC curve: boosted trees ({@link BoostedTrees}) learn to
 * tell rows of the window from rows of the reference, on four folds of five, and score the fifth;
 * the mean of the five areas, equal scores counting half. About 0.5 where nothing differs, and less
 * half of the time then; 1 where they can be told apart. Sees what no single column shows. Folds
 * are drawn with a fixed seed.
 *
 * <p>Time: for each fold {@value BoostedTrees#ROUNDS} trees over all rows and columns. A sample has
 * 10 rows or more.
 */
final class ClassifierAuc implements SampleTest<double[][]> {
  private static final int FOLDS = 5;
  private static final long SEED = 1;

  @Override
  public String name() {
    return "classifier_auc";
  }

  @Override
  public String description() {
    return "area under the ROC curve of a classifier that tells window from reference, 5-fold: boosted trees; 0.5 is alike";
  }

  @Override
  public String source() {
    return "Lopez-Paz and Oquab, ICLR (2017)";
  }

  @Override
  public boolean isSymmetric() {
    return false;
  }

  @Override
  public Result compare(double[][] reference, double[][] window) {
    Checks.rows(this, reference, window, 2 * FOLDS);
    int[] folds = new int[reference.length + window.length];
    Random random = new Random(SEED);
    assign(folds, 0, reference.length, random);
    assign(folds, reference.length, folds.length, random);
    double sum = 0;
    for (int fold = 0; fold < FOLDS; fold++) {
      sum += area(reference, window, folds, fold);
    }
    return Result.of(sum / FOLDS);
  }

  /** Equally many of each fold, in a random order. */
  private static void assign(int[] folds, int from, int to, Random random) {
    for (int i = from; i < to; i++) {
      folds[i] = (i - from) % FOLDS;
    }
    for (int i = to - 1; i > from; i--) {
      int j = from + random.nextInt(i - from + 1);
      int other = folds[i];
      folds[i] = folds[j];
      folds[j] = other;
    }
  }

  private static double area(double[][] reference, double[][] window, int[] folds, int fold) {
    List<double[]> rows = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    for (int i = 0; i < folds.length; i++) {
      if (folds[i] != fold) {
        rows.add(row(reference, window, i));
        labels.add(i >= reference.length);
      }
    }
    BoostedTrees trees = BoostedTrees.learn(rows, labels);
    double[] references = scores(trees, reference, window, folds, fold, 0, reference.length);
    double[] windows =
        scores(trees, reference, window, folds, fold, reference.length, folds.length);
    return MannWhitneyUTest.withDefaults().statistic(windows, references)
        / ((double) windows.length * references.length);
  }

  private static double[] scores(
      BoostedTrees trees,
      double[][] reference,
      double[][] window,
      int[] folds,
      int fold,
      int from,
      int to) {
    return IntStream.range(from, to)
        .filter(i -> folds[i] == fold)
        .mapToDouble(i -> trees.score(row(reference, window, i)))
        .toArray();
  }

  private static double[] row(double[][] reference, double[][] window, int index) {
    return index < reference.length ? reference[index] : window[index - reference.length];
  }
}

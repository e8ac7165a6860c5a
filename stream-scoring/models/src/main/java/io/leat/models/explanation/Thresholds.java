package io.leat.models.explanation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The thresholds of an ensemble, in order by column. A value is looked up once among those of its
 * column; whether it goes left at a split is then a comparison of two whole numbers, which a
 * processor does without a branch. Immutable.
 */
final class Thresholds {
  /** The place of what is missing, where that goes left: before all others. */
  static final int MISSING = -3;

  /** The place of a threshold that no value is at or below. */
  private static final int BEFORE_ALL = -2;

  /** The place of a threshold that every value is at or below; what is missing lies behind it. */
  private static final int AFTER_ALL = 1 << 30;

  private final double[][] sorted;

  private Thresholds(double[][] sorted) {
    this.sorted = sorted;
  }

  static Thresholds of(TreeNodes nodes) {
    List<DoubleStream.Builder> found = new ArrayList<>();
    for (int node = 0; node < nodes.size(); node++) {
      if (!nodes.isLeaf(node)) {
        while (found.size() <= nodes.column(node)) {
          found.add(DoubleStream.builder());
        }
        found.get(nodes.column(node)).add(positive(compared(nodes, node)));
      }
    }
    return new Thresholds(
        found.stream()
            .map(all -> all.build().filter(threshold -> !Double.isNaN(threshold)))
            .map(numbers -> numbers.sorted().distinct().toArray())
            .toArray(double[][]::new));
  }

  /** The place of a split's threshold. No value compares with one that is not a number. */
  int place(TreeNodes nodes, int node) {
    double threshold = compared(nodes, node);
    if (!Double.isNaN(threshold)) {
      return place(sorted[nodes.column(node)], threshold);
    }
    boolean greater =
        nodes.mode(node) == TreeNodes.Mode.BRANCH_GT
            || nodes.mode(node) == TreeNodes.Mode.BRANCH_GTE;
    return greater && Double.isNaN(nodes.threshold(node)) ? AFTER_ALL : BEFORE_ALL;
  }

  /**
   * Finds the places of a row's values: a value is at most a threshold if its place is at most the
   * threshold's, and equal if they are the same.
   *
   * @param places two a column: where what is missing goes right, and where it goes left
   */
  void find(double[] row, int[] places) {
    for (int column = 0; column < sorted.length; column++) {
      boolean missing = Double.isNaN(row[column]);
      int place = missing ? AFTER_ALL + 1 : place(sorted[column], row[column]);
      places[2 * column] = place;
      places[2 * column + 1] = missing ? MISSING : place;
    }
  }

  /** Even on a threshold, odd between two. */
  private static int place(double[] sorted, double value) {
    int found = Arrays.binarySearch(sorted, positive(value));
    return found >= 0 ? 2 * found : 2 * ~found - 1;
  }

  /** Zero has one sign, as where doubles are compared. */
  private static double positive(double value) {
    return value + 0.0;
  }

  /** Less than a number is less than or equal to the one before it. */
  private static double compared(TreeNodes nodes, int node) {
    double threshold = nodes.threshold(node);
    return switch (nodes.mode(node)) {
      case BRANCH_LT, BRANCH_GTE ->
          threshold == Double.NEGATIVE_INFINITY ? Double.NaN : Math.nextDown(threshold);
      case BRANCH_LEQ, BRANCH_GT, BRANCH_EQ, BRANCH_NEQ, LEAF -> threshold;
    };
  }
}

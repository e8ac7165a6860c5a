package io.leat.models.explanation;

import io.leat.pipeline.model.ModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The splits of one tree, parents before children, with what covers say of them. */
final class TreeSplits {
  /** A cycle of nodes is deeper than any. */
  private static final int DEEPEST = 1_000;

  private final TreeNodes nodes;
  private final double[] covers;
  private final Thresholds thresholds;
  private final Map<Integer, Map<Integer, Double>> weights;
  private final List<Split> splits = new ArrayList<>();
  private final List<Integer> leafNodes = new ArrayList<>();
  private final Map<Integer, Ancestor> path = new HashMap<>();
  private final int root;
  private int mostColumns = 1;

  /**
   * A split as {@code column <= threshold} or {@code column == threshold}.
   *
   * @param column doubled, and 1 more where what is missing goes left
   * @param threshold its place among {@link Thresholds}
   * @param left share of the cover that goes left
   * @param previous the nearest split above of the same column, shifted by one, and 1 more where
   *     this one is on its left; -1 where there is none
   * @param above share that all splits of the same column above leave together; 1 where there is
   *     none
   * @param children left and right: a split's index or the complement of a leaf's
   */
  record Split(
      int column,
      boolean equality,
      int threshold,
      double left,
      int previous,
      double above,
      int[] children) {

    boolean isRepeated() {
      return previous >= 0;
    }

    boolean isOfLeaves() {
      return children[0] < 0 && children[1] < 0;
    }
  }

  /** Where a column split last on the way down, and the share of all its splits together. */
  private record Ancestor(int split, boolean left, double share) {}

  /**
   * Reads a tree.
   *
   * @param covers how many rows came to each node
   * @param weights what leaves add, by node and target
   */
  TreeSplits(
      TreeNodes nodes,
      int root,
      double[] covers,
      Thresholds thresholds,
      Map<Integer, Map<Integer, Double>> weights) {
    this.nodes = nodes;
    this.covers = covers;
    this.thresholds = thresholds;
    this.weights = weights;
    this.root = add(root, 0);
  }

  int size() {
    return splits.size();
  }

  /** A split by its index; by the complement of a leaf's, one that goes to this leaf either way. */
  Split get(int child) {
    return child >= 0
        ? splits.get(child)
        : new Split(0, false, 0, 0.5, -1, 1, new int[] {child, child});
  }

  /** How many columns the longest path has. */
  int mostColumns() {
    return mostColumns;
  }

  /** Targets that any leaf adds to, in order. */
  int[] targets() {
    return leafNodes.stream()
        .flatMap(node -> weights.getOrDefault(node, Map.of()).keySet().stream())
        .mapToInt(target -> target)
        .distinct()
        .sorted()
        .toArray();
  }

  /** What a leaf adds to a target. */
  double leaf(int leaf, int target) {
    return weights.getOrDefault(leafNodes.get(leaf), Map.of()).getOrDefault(target, 0.0);
  }

  /** The average over all rows of what the tree adds to a target. */
  double average(int target) {
    return average(root, target);
  }

  private double average(int child, int target) {
    if (child < 0) {
      return leaf(~child, target);
    }
    Split split = splits.get(child);
    return split.left * average(split.children[0], target)
        + (1 - split.left) * average(split.children[1], target);
  }

  private int add(int node, int depth) {
    if (depth > DEEPEST) {
      throw new ModelException(
          "%s has a tree that is deeper than %d, or nodes in a circle"
              .formatted(nodes.shown(), DEEPEST));
    }
    if (nodes.isLeaf(node)) {
      leafNodes.add(node);
      return ~(leafNodes.size() - 1);
    }
    TreeNodes.Mode mode = nodes.mode(node);
    boolean swapped = isSwapped(mode);
    int left = swapped ? nodes.whenFalse(node) : nodes.whenTrue(node);
    int right = swapped ? nodes.whenTrue(node) : nodes.whenFalse(node);
    double rows = covers[left] + covers[right];
    // Where no row came, nothing says which side more would take.
    double share = rows == 0 ? 0.5 : covers[left] / rows;
    boolean missingIsTrue = mode == TreeNodes.Mode.BRANCH_NEQ || nodes.missingIsTrue(node);
    int column = nodes.column(node);
    Ancestor above = path.get(column);
    double before = above == null ? 1 : above.share;
    int split = splits.size();
    int[] children = new int[2];
    splits.add(
        new Split(
            2 * column + (swapped == missingIsTrue ? 0 : 1),
            mode == TreeNodes.Mode.BRANCH_EQ || mode == TreeNodes.Mode.BRANCH_NEQ,
            thresholds.place(nodes, node),
            share,
            above == null ? -1 : above.split << 1 | (above.left ? 1 : 0),
            before,
            children));
    path.put(column, new Ancestor(split, true, before * share));
    mostColumns = Math.max(mostColumns, path.size());
    children[0] = add(left, depth + 1);
    path.put(column, new Ancestor(split, false, before * (1 - share)));
    children[1] = add(right, depth + 1);
    restore(column, above);
    return split;
  }

  private void restore(int column, @Nullable Ancestor above) {
    if (above == null) {
      path.remove(column);
    } else {
      path.put(column, above);
    }
  }

  /** Whether the opposite is compared, and the children change sides. */
  private static boolean isSwapped(TreeNodes.Mode mode) {
    return switch (mode) {
      case BRANCH_LEQ, BRANCH_LT, BRANCH_EQ, LEAF -> false;
      case BRANCH_GTE, BRANCH_GT, BRANCH_NEQ -> true;
    };
  }
}

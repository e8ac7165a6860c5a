package io.leat.models.explanation;

import io.leat.pipeline.model.ModelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A tree laid out to be explained: its splits one after another, parents before children, each as
 * {@code column <= threshold} or {@code column == threshold}, with all that depends on covers alone
 * worked out. Immutable. {@link TreeShap} has the formulas.
 */
final class Tree {
  /** A cycle of nodes is deeper than any. */
  private static final int DEEPEST = 1_000;

  /** Of {@link #structure}: the column with its flags, the children, which repeat it is. */
  static final int STRUCTURE = 4;

  /** Of a column with its flags: it compares for equality; what is missing goes left. */
  static final int EQUALITY = 1;

  static final int MISSING_IS_LEFT = 2;
  static final int FLAGS = 2;

  /** Of {@link #numbers}: threshold, share. */
  static final int NUMBERS = 2;

  /** Of {@link #repeated}: the split, where its column split last. */
  static final int REPEATED = 2;

  /** The quadrature has a multiple of so many points; three are enough for a depth of six. */
  static final int POINTS = 3;

  /**
   * For each split: the column shifted by its flags; left child and right child, a split's index or
   * the complement of a leaf's; its place among the repeats, or -1 where no split above it is of
   * the same column.
   */
  final int[] structure;

  /** For each split: threshold; share of the cover that goes left. */
  final double[] numbers;

  /**
   * For each split below one of the same column, parents before children: the split; index and side
   * (1 left, 0 right) of the nearest such split above it.
   */
  final int[] repeated;

  /**
   * For each repeat: share p that all splits of the same column above leave together, then for each
   * point t of the quadrature 1 / (p + t(1 - p)). Where nothing is repeated p is 1, and so are
   * these.
   */
  final double[] shares;

  /** For each leaf, what it adds to each target. */
  final double[] leaves;

  /** Targets that any leaf adds to. */
  final int[] targets;

  final int splits;

  /** So many splits come first, which have a split below them; those of two leaves follow. */
  final int inner;

  /** Where those of two leaves begin that are repeats. */
  final int plain;

  final GaussLegendre quadrature;

  /** How far the shares of a repeat lie from those of the next. */
  final int stride;

  private Tree(
      int[] structure,
      double[] numbers,
      int[] repeated,
      double[] shares,
      double[] leaves,
      int[] targets,
      int inner,
      int plain,
      GaussLegendre quadrature) {
    this.structure = structure;
    this.numbers = numbers;
    this.repeated = repeated;
    this.shares = shares;
    this.leaves = leaves;
    this.targets = targets;
    this.splits = structure.length / STRUCTURE;
    this.inner = inner;
    this.plain = plain;
    this.quadrature = quadrature;
    this.stride = 1 + quadrature.count();
  }

  /** The average over all rows of what a tree adds to each of its targets. */
  double[] average() {
    double[] average = new double[targets.length];
    if (splits == 0) {
      System.arraycopy(leaves, 0, average, 0, average.length);
      return average;
    }
    double[] reached = new double[splits];
    reached[0] = 1;
    for (int split = 0; split < splits; split++) {
      double left = numbers[split * NUMBERS + 1];
      for (int side = 0; side < 2; side++) {
        double share = reached[split] * (side == 0 ? left : 1 - left);
        int child = structure[split * STRUCTURE + 1 + side];
        if (child >= 0) {
          reached[child] = share;
        } else {
          for (int target = 0; target < targets.length; target++) {
            average[target] += share * leaves[~child * targets.length + target];
          }
        }
      }
    }
    return average;
  }

  /** Lays a tree out. */
  static final class Builder {
    private final TreeNodes nodes;
    private final double[] covers;
    private final Map<Integer, Map<Integer, Double>> weights;
    private final List<Split> splits = new ArrayList<>();
    private final List<Integer> leafNodes = new ArrayList<>();
    private final Map<Integer, Ancestor> path = new HashMap<>();
    private int mostColumns = 1;

    /** A split, whose children are filled in when they are laid out. */
    private record Split(
        int node, boolean swapped, int previous, double left, double above, int[] children) {

      boolean isBottom() {
        return children[0] < 0 && children[1] < 0;
      }

      boolean isRepeated() {
        return previous >= 0;
      }

      /** The same among splits that have new places. */
      Split moved(int[] places) {
        int[] to = children.clone();
        for (int side = 0; side < to.length; side++) {
          to[side] = to[side] < 0 ? to[side] : places[to[side]];
        }
        int before = previous < 0 ? -1 : places[previous >> 1] << 1 | (previous & 1);
        return new Split(node, swapped, before, left, above, to);
      }
    }

    /** Where a column split last on the way down, and the share of all its splits together. */
    private record Ancestor(int split, boolean left, double share) {}

    /**
     * @param covers how many rows came to each node
     * @param weights by node and target
     */
    Builder(TreeNodes nodes, double[] covers, Map<Integer, Map<Integer, Double>> weights) {
      this.nodes = nodes;
      this.covers = covers;
      this.weights = weights;
    }

    Tree build(int root) {
      add(root, 0);
      int[] targets =
          leafNodes.stream()
              .flatMap(node -> weights.getOrDefault(node, Map.of()).keySet().stream())
              .mapToInt(target -> target)
              .distinct()
              .sorted()
              .toArray();
      double[] leaves = new double[leafNodes.size() * targets.length];
      for (int leaf = 0; leaf < leafNodes.size(); leaf++) {
        Map<Integer, Double> added = weights.getOrDefault(leafNodes.get(leaf), Map.of());
        for (int target = 0; target < targets.length; target++) {
          leaves[leaf * targets.length + target] = added.getOrDefault(targets[target], 0.0);
        }
      }
      // The integrand's degree is one less than the number of columns on the path.
      int points = (mostColumns + 1) / 2;
      GaussLegendre quadrature = GaussLegendre.of((points + POINTS - 1) / POINTS * POINTS);
      bottomLast();
      int inner = (int) splits.stream().filter(split -> !split.isBottom()).count();
      int plain =
          (int) splits.stream().filter(split -> !split.isBottom() || !split.isRepeated()).count();
      int[] structure = new int[splits.size() * STRUCTURE];
      double[] numbers = new double[splits.size() * NUMBERS];
      int repeats = (int) splits.stream().filter(Split::isRepeated).count();
      int[] repeated = new int[repeats * REPEATED];
      double[] shares = new double[repeats * (1 + quadrature.count())];
      int repeat = 0;
      for (int i = 0; i < splits.size(); i++) {
        Split split = splits.get(i);
        structure[i * STRUCTURE] = column(split);
        structure[i * STRUCTURE + 1] = split.children[0];
        structure[i * STRUCTURE + 2] = split.children[1];
        structure[i * STRUCTURE + 3] = split.isRepeated() ? repeat : -1;
        numbers[i * NUMBERS] = threshold(split.node);
        numbers[i * NUMBERS + 1] = split.left;
        if (split.isRepeated()) {
          repeated[repeat * REPEATED] = i;
          repeated[repeat * REPEATED + 1] = split.previous;
          int at = repeat * (1 + quadrature.count());
          shares[at] = split.above;
          for (int q = 0; q < quadrature.count(); q++) {
            shares[at + 1 + q] = 1 / (split.above + quadrature.point(q) * (1 - split.above));
          }
          repeat++;
        }
      }
      return new Tree(
          structure, numbers, repeated, shares, leaves, targets, inner, plain, quadrature);
    }

    /** Moves splits of two leaves behind all others, and the repeats among them to the end. */
    private void bottomLast() {
      List<Integer> order =
          IntStream.range(0, splits.size())
              .boxed()
              .sorted(Comparator.comparingInt(split -> rank(splits.get(split))))
              .toList();
      int[] moved = new int[order.size()];
      for (int to = 0; to < moved.length; to++) {
        moved[order.get(to)] = to;
      }
      List<Split> ordered = order.stream().map(split -> splits.get(split).moved(moved)).toList();
      splits.clear();
      splits.addAll(ordered);
    }

    private static int rank(Split split) {
      if (!split.isBottom()) {
        return 0;
      }
      return split.isRepeated() ? 2 : 1;
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
      int column = nodes.column(node);
      Ancestor above = path.get(column);
      boolean swapped = isSwapped(nodes.mode(node));
      int left = swapped ? nodes.whenFalse(node) : nodes.whenTrue(node);
      int right = swapped ? nodes.whenTrue(node) : nodes.whenFalse(node);
      double rows = covers[left] + covers[right];
      // Where no row came, nothing says which side more would take.
      double share = rows == 0 ? 0.5 : covers[left] / rows;
      int split = splits.size();
      int[] children = new int[2];
      splits.add(
          new Split(
              node,
              swapped,
              above == null ? -1 : above.split << 1 | (above.left ? 1 : 0),
              share,
              above == null ? 1 : above.share,
              children));
      double before = above == null ? 1 : above.share;
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

    private int column(Split split) {
      TreeNodes.Mode mode = nodes.mode(split.node);
      boolean missingIsTrue = mode == TreeNodes.Mode.BRANCH_NEQ || nodes.missingIsTrue(split.node);
      return nodes.column(split.node) << FLAGS
          | (split.swapped != missingIsTrue ? MISSING_IS_LEFT : 0)
          | (mode == TreeNodes.Mode.BRANCH_EQ || mode == TreeNodes.Mode.BRANCH_NEQ ? EQUALITY : 0);
    }

    /** Less than a number is less than or equal to the one before it. */
    private double threshold(int node) {
      double threshold = nodes.threshold(node);
      return switch (nodes.mode(node)) {
        case BRANCH_LT, BRANCH_GTE ->
            threshold == Double.NEGATIVE_INFINITY ? Double.NaN : Math.nextDown(threshold);
        case BRANCH_LEQ, BRANCH_GT, BRANCH_EQ, BRANCH_NEQ, LEAF -> threshold;
      };
    }
  }
}

package io.leat.models.explanation;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Small random ensembles with all modes of comparison, as ONNX and as plain objects whose Shapley
 * values are computed by their definition, over all subsets of columns.
 */
final class RandomTrees {
  private static final String[] MODES = {
    "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"
  };

  private final int width;
  private final List<Tree> trees = new ArrayList<>();

  /** A node; a leaf where {@code mode} is LEAF. */
  private record Tree(
      String mode,
      int column,
      float threshold,
      boolean missing,
      List<Tree> children,
      double cover,
      float value) {

    boolean holds(double x) {
      boolean holds =
          switch (mode) {
            case "BRANCH_LEQ" -> x <= threshold;
            case "BRANCH_LT" -> x < threshold;
            case "BRANCH_GTE" -> x >= threshold;
            case "BRANCH_GT" -> x > threshold;
            case "BRANCH_EQ" -> x == threshold;
            default -> x != threshold;
          };
      return holds || (missing && Double.isNaN(x));
    }

    /** The tree's value where the columns of a subset, a bit each, are known. */
    double value(double[] row, int known) {
      if (children.isEmpty()) {
        return value;
      }
      if ((known >> column & 1) != 0) {
        return children.get(holds(row[column]) ? 0 : 1).value(row, known);
      }
      double sum = 0;
      for (Tree child : children) {
        sum += child.cover / cover * child.value(row, known);
      }
      return sum;
    }
  }

  RandomTrees(long seed, int width, int count, int depth) {
    this.width = width;
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      trees.add(grow(random, depth));
    }
  }

  private RandomTrees(int width, List<Tree> trees) {
    this.width = width;
    this.trees.addAll(trees);
  }

  /** One of the trees alone. */
  RandomTrees only(int tree) {
    return new RandomTrees(width, List.of(trees.get(tree)));
  }

  /** These trees, and each of them again with two columns in each other's place. */
  RandomTrees withExchanged(int one, int other) {
    List<Tree> both = new ArrayList<>(trees);
    trees.forEach(tree -> both.add(exchange(tree, one, other)));
    return new RandomTrees(width, both);
  }

  private static Tree exchange(Tree tree, int one, int other) {
    int column = tree.column == one ? other : tree.column == other ? one : tree.column;
    List<Tree> children = tree.children.stream().map(child -> exchange(child, one, other)).toList();
    return new Tree(
        tree.mode, column, tree.threshold, tree.missing, children, tree.cover, tree.value);
  }

  private Tree grow(Random random, int depth) {
    if (depth == 0 || random.nextInt(6) == 0) {
      float value = Math.round(random.nextGaussian() * 64) / 64f;
      return new Tree("LEAF", 0, 0, false, List.of(), 1 + random.nextInt(50), value);
    }
    List<Tree> children = List.of(grow(random, depth - 1), grow(random, depth - 1));
    return new Tree(
        MODES[random.nextInt(MODES.length)],
        random.nextInt(width),
        threshold(random),
        random.nextBoolean(),
        children,
        children.get(0).cover + children.get(1).cover,
        0);
  }

  /** A whole number; sometimes one that nothing compares with, or that all is beyond. */
  private static float threshold(Random random) {
    return switch (random.nextInt(20)) {
      case 0 -> Float.NaN;
      case 1 -> Float.POSITIVE_INFINITY;
      case 2 -> Float.NEGATIVE_INFINITY;
      default -> signed(random, 2);
    };
  }

  /** A whole number; zero has either sign. */
  private static float signed(Random random, int most) {
    return Math.copySign(random.nextInt(most + 1), random.nextBoolean() ? 1f : -1f);
  }

  /** A row of whole numbers, many of which are thresholds, with gaps. */
  static double[] row(Random random, int width) {
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      row[i] = random.nextInt(7) == 0 ? Double.NaN : signed(random, 3);
    }
    return row;
  }

  boolean uses(int column) {
    return trees.stream().anyMatch(tree -> uses(tree, column));
  }

  private static boolean uses(Tree tree, int column) {
    return !tree.children.isEmpty()
        && (tree.column == column || tree.children.stream().anyMatch(child -> uses(child, column)));
  }

  /** Of each column, its weighted average over all subsets of the others; then the empty set's. */
  double[] shapley(double[] row) {
    double[] values = new double[1 << width];
    for (int known = 0; known < values.length; known++) {
      for (Tree tree : trees) {
        values[known] += tree.value(row, known);
      }
    }
    double[] shapley = new double[width + 1];
    for (int column = 0; column < width; column++) {
      for (int known = 0; known < values.length; known++) {
        if ((known >> column & 1) == 0) {
          int size = Integer.bitCount(known);
          double weight = factorial(size) * factorial(width - size - 1) / factorial(width);
          shapley[column] += weight * (values[known | 1 << column] - values[known]);
        }
      }
    }
    shapley[width] = values[0];
    return shapley;
  }

  private static double factorial(int n) {
    return n < 2 ? 1 : n * factorial(n - 1);
  }

  /** As ai.onnx.ml's TreeEnsembleRegressor. */
  byte[] onnx() {
    Lists lists = new Lists();
    for (int tree = 0; tree < trees.size(); tree++) {
      lists.add(trees.get(tree), tree, new int[1]);
    }
    NodeProto.Builder node =
        Graphs.ml("TreeEnsembleRegressor", "y", "x")
            .addAttribute(Graphs.integer("n_targets", 1))
            .addAttribute(Graphs.integers("nodes_treeids", lists.trees))
            .addAttribute(Graphs.integers("nodes_nodeids", lists.ids))
            .addAttribute(Graphs.integers("nodes_featureids", lists.columns))
            .addAttribute(Graphs.floats("nodes_values", lists.thresholds))
            .addAttribute(Graphs.floats("nodes_hitrates", lists.covers))
            .addAttribute(Graphs.texts("nodes_modes", lists.modes))
            .addAttribute(Graphs.integers("nodes_missing_value_tracks_true", lists.missing))
            .addAttribute(Graphs.integers("nodes_truenodeids", lists.whenTrue))
            .addAttribute(Graphs.integers("nodes_falsenodeids", lists.whenFalse))
            .addAttribute(Graphs.integers("target_treeids", lists.leafTrees))
            .addAttribute(Graphs.integers("target_nodeids", lists.leafIds))
            .addAttribute(
                Graphs.integers("target_ids", lists.leafIds.stream().map(id -> 0L).toList()))
            .addAttribute(Graphs.floats("target_weights", lists.weights));
    return Graphs.file(width, List.of(), node);
  }

  /** The attributes, a list each. */
  private static final class Lists {
    private final List<Long> trees = new ArrayList<>();
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> columns = new ArrayList<>();
    private final List<Float> thresholds = new ArrayList<>();
    private final List<Float> covers = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private final List<Long> missing = new ArrayList<>();
    private final List<Long> whenTrue = new ArrayList<>();
    private final List<Long> whenFalse = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafIds = new ArrayList<>();
    private final List<Float> weights = new ArrayList<>();

    private long add(Tree node, long tree, int[] next) {
      long id = next[0]++;
      int at = ids.size();
      trees.add(tree);
      ids.add(id);
      columns.add((long) node.column);
      thresholds.add(node.threshold);
      covers.add((float) node.cover);
      modes.add(node.mode);
      missing.add(node.missing ? 1L : 0L);
      whenTrue.add(0L);
      whenFalse.add(0L);
      if (node.children.isEmpty()) {
        leafTrees.add(tree);
        leafIds.add(id);
        weights.add(node.value);
      } else {
        whenTrue.set(at, add(node.children.get(0), tree, next));
        whenFalse.set(at, add(node.children.get(1), tree, next));
      }
      return id;
    }
  }
}

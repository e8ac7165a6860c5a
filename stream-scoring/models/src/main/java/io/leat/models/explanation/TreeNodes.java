package io.leat.models.explanation;

import io.leat.models.explanation.OnnxGraph.Node;
import io.leat.pipeline.model.ModelException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The trees of an ensemble as a TreeEnsemble operator lists them: nodes side by side, children by
 * their index, and weights that leaves add to targets.
 */
final class TreeNodes {
  private static final double COVERS_ADD_UP_TO = 1e-3;

  /** How a node compares, as ONNX names it. */
  enum Mode {
    BRANCH_LEQ,
    BRANCH_LT,
    BRANCH_GTE,
    BRANCH_GT,
    BRANCH_EQ,
    BRANCH_NEQ,
    LEAF;

    private boolean holds(double value, double threshold) {
      return switch (this) {
        case BRANCH_LEQ -> value <= threshold;
        case BRANCH_LT -> value < threshold;
        case BRANCH_GTE -> value >= threshold;
        case BRANCH_GT -> value > threshold;
        case BRANCH_EQ -> value == threshold;
        case BRANCH_NEQ -> value != threshold;
        case LEAF -> throw new IllegalStateException("a leaf compares nothing");
      };
    }
  }

  private final Node operator;
  private final Mode[] modes;
  private final int[] columns;
  private final double[] thresholds;
  private final boolean[] missingIsTrue;
  private final int[] whenTrue;
  private final int[] whenFalse;
  private final int[] roots;
  private final int[] weightNodes;
  private final int[] weightTargets;
  private final double[] weights;
  private final double[] hitRates;

  private TreeNodes(
      Node operator,
      Mode[] modes,
      int[] columns,
      double[] thresholds,
      boolean[] missingIsTrue,
      int[] whenTrue,
      int[] whenFalse,
      int[] roots,
      int[] weightNodes,
      int[] weightTargets,
      double[] weights,
      double[] hitRates) {
    this.operator = operator;
    this.modes = modes;
    this.columns = columns;
    this.thresholds = thresholds;
    this.missingIsTrue = missingIsTrue;
    this.whenTrue = whenTrue;
    this.whenFalse = whenFalse;
    this.roots = roots;
    this.weightNodes = weightNodes;
    this.weightTargets = weightTargets;
    this.weights = weights;
    this.hitRates = hitRates;
  }

  /**
   * Reads the attributes of TreeEnsembleClassifier or TreeEnsembleRegressor, ai.onnx.ml 1 to 3.
   *
   * @param weighed with what the names of a leaf's weights begin: {@code class} or {@code target}
   * @throws ModelException if they contradict each other
   */
  static TreeNodes read(Node operator, String weighed) {
    int[] trees = operator.integers("nodes_treeids");
    int[] ids = operator.integers("nodes_nodeids");
    int count = ids.length;
    Map<Long, Integer> index = new HashMap<>();
    for (int node = 0; node < count; node++) {
      index.put(key(trees[node], ids[node]), node);
    }
    Mode[] modes =
        operator.texts("nodes_modes").stream()
            .map(mode -> mode(operator, mode))
            .toArray(Mode[]::new);
    int[] missing = operator.integers("nodes_missing_value_tracks_true");
    boolean[] missingIsTrue = new boolean[count];
    for (int node = 0; node < missing.length; node++) {
      missingIsTrue[node] = missing[node] != 0;
    }
    int[] trueIds = operator.integers("nodes_truenodeids");
    int[] falseIds = operator.integers("nodes_falsenodeids");
    int[] whenTrue = new int[count];
    int[] whenFalse = new int[count];
    boolean[] isChild = new boolean[count];
    for (int node = 0; node < count; node++) {
      if (modes[node] != Mode.LEAF) {
        whenTrue[node] = find(operator, index, trees[node], trueIds[node]);
        whenFalse[node] = find(operator, index, trees[node], falseIds[node]);
        isChild[whenTrue[node]] = true;
        isChild[whenFalse[node]] = true;
      }
    }
    int[] weightTrees = operator.integers(weighed + "_treeids");
    int[] weightNodes = operator.integers(weighed + "_nodeids");
    for (int i = 0; i < weightNodes.length; i++) {
      weightNodes[i] = find(operator, index, weightTrees[i], weightNodes[i]);
    }
    return new TreeNodes(
        operator,
        modes,
        operator.integers("nodes_featureids"),
        either(operator, "nodes_values"),
        missingIsTrue,
        whenTrue,
        whenFalse,
        roots(isChild),
        weightNodes,
        operator.integers(weighed + "_ids"),
        either(operator, weighed + "_weights"),
        either(operator, "nodes_hitrates"));
  }

  /** A comparison by its number in TreeEnsemble, ai.onnx.ml 5. */
  private static Mode mode(int number, Node operator) {
    return switch (number) {
      case 0 -> Mode.BRANCH_LEQ;
      case 1 -> Mode.BRANCH_LT;
      case 2 -> Mode.BRANCH_GTE;
      case 3 -> Mode.BRANCH_GT;
      case 4 -> Mode.BRANCH_EQ;
      case 5 -> Mode.BRANCH_NEQ;
      default ->
          throw new ModelException(
              "%s has nodes of mode BRANCH_MEMBER; expected comparisons with one number. Export categories as one-hot columns to have the model explained."
                  .formatted(operator.shown()));
    };
  }

  /**
   * Reads the attributes of TreeEnsemble, ai.onnx.ml 5, whose leaves stand in a list of their own.
   *
   * @throws ModelException if it has nodes of a kind that is not supported
   */
  static TreeNodes readVersion5(Node operator) {
    double[] kinds = operator.numbers("nodes_modes");
    int splits = kinds.length;
    int[] targets = operator.integers("leaf_targetids");
    int count = splits + targets.length;
    Mode[] modes = new Mode[count];
    Arrays.fill(modes, Mode.LEAF);
    int[] missing = operator.integers("nodes_missing_value_tracks_true");
    boolean[] missingIsTrue = new boolean[count];
    int[] trueIds = operator.integers("nodes_truenodeids");
    int[] falseIds = operator.integers("nodes_falsenodeids");
    int[] trueLeaves = operator.integers("nodes_trueleafs");
    int[] falseLeaves = operator.integers("nodes_falseleafs");
    int[] whenTrue = new int[count];
    int[] whenFalse = new int[count];
    for (int node = 0; node < splits; node++) {
      modes[node] = mode((int) kinds[node], operator);
      missingIsTrue[node] = missing.length > 0 && missing[node] != 0;
      whenTrue[node] = trueIds[node] + (trueLeaves[node] == 0 ? 0 : splits);
      whenFalse[node] = falseIds[node] + (falseLeaves[node] == 0 ? 0 : splits);
    }
    int[] weightNodes = new int[targets.length];
    for (int leaf = 0; leaf < targets.length; leaf++) {
      weightNodes[leaf] = splits + leaf;
    }
    return new TreeNodes(
        operator,
        modes,
        operator.integers("nodes_featureids"),
        operator.numbers("nodes_splits"),
        missingIsTrue,
        whenTrue,
        whenFalse,
        operator.integers("tree_roots"),
        weightNodes,
        targets,
        operator.numbers("leaf_weights"),
        new double[0]); // it has rates of inner nodes only, which do not say those of leaves
  }

  private static Mode mode(Node operator, String name) {
    for (Mode mode : Mode.values()) {
      if (mode.name().equals(name)) {
        return mode;
      }
    }
    throw new ModelException(
        "%s has nodes of mode %s; supported are %s"
            .formatted(operator.shown(), name, Arrays.toString(Mode.values())));
  }

  private static double[] either(Node operator, String attribute) {
    String tensor = attribute + "_as_tensor";
    return operator.numbers(operator.has(tensor) ? tensor : attribute);
  }

  private static long key(int tree, int node) {
    return ((long) tree << Integer.SIZE) | node;
  }

  private static int find(Node operator, Map<Long, Integer> index, int tree, int node) {
    Integer found = index.get(key(tree, node));
    if (found == null) {
      throw new ModelException(
          "%s names node %d of tree %d, which it does not list"
              .formatted(operator.shown(), node, tree));
    }
    return found;
  }

  private static int[] roots(boolean[] isChild) {
    int[] roots = new int[isChild.length];
    int count = 0;
    for (int node = 0; node < isChild.length; node++) {
      if (!isChild[node]) {
        roots[count++] = node;
      }
    }
    return Arrays.copyOf(roots, count);
  }

  /**
   * Checks what nodes and weights name.
   *
   * @throws ModelException if a column or a target is none of the operator's
   */
  void check(int columnCount, int targetCount) {
    for (int node = 0; node < size(); node++) {
      if (!isLeaf(node) && (columns[node] < 0 || columns[node] >= columnCount)) {
        throw new ModelException(
            "%s splits by column %d; its input has %d"
                .formatted(operator.shown(), columns[node], columnCount));
      }
    }
    for (int target : weightTargets) {
      if (target < 0 || target >= targetCount) {
        throw new ModelException(
            "%s adds to output %d of %d".formatted(operator.shown(), target, targetCount));
      }
    }
  }

  int size() {
    return modes.length;
  }

  int[] roots() {
    return roots;
  }

  boolean isLeaf(int node) {
    return modes[node] == Mode.LEAF;
  }

  Mode mode(int node) {
    return modes[node];
  }

  int column(int node) {
    return columns[node];
  }

  double threshold(int node) {
    return thresholds[node];
  }

  boolean missingIsTrue(int node) {
    return missingIsTrue[node];
  }

  int whenTrue(int node) {
    return whenTrue[node];
  }

  int whenFalse(int node) {
    return whenFalse[node];
  }

  int weights() {
    return weights.length;
  }

  int weightNode(int weight) {
    return weightNodes[weight];
  }

  int weightTarget(int weight) {
    return weightTargets[weight];
  }

  double weight(int weight) {
    return weights[weight];
  }

  /** For messages. */
  String shown() {
    return operator.shown();
  }

  /** The child that a row goes to, as ONNX Runtime compares. */
  private int child(int node, double[] row) {
    double value = row[columns[node]];
    boolean holds =
        modes[node].holds(value, thresholds[node]) || (missingIsTrue[node] && Double.isNaN(value));
    return holds ? whenTrue[node] : whenFalse[node];
  }

  /**
   * How many rows come to each node.
   *
   * @param rows of columns
   */
  double[] coversOf(double[][] rows) {
    double[] covers = new double[size()];
    for (double[] row : rows) {
      for (int root : roots) {
        int node = root;
        covers[node]++;
        while (!isLeaf(node)) {
          node = child(node, row);
          covers[node]++;
        }
      }
    }
    return covers;
  }

  /**
   * The covers of training, which {@code nodes_hitrates} holds where an exporter wrote them.
   *
   * @throws ModelException if they are absent or no covers: exporters write 1 everywhere
   */
  double[] coversOfTraining() {
    String found =
        hitRates.length != size()
            ? "no nodes_hitrates"
            : Arrays.stream(hitRates).allMatch(rate -> rate == 1) && size() > roots.length
                ? "nodes_hitrates of 1 everywhere, as exporters write them"
                : addUp() ? "" : "nodes_hitrates that do not add up from children to parents";
    if (!found.isEmpty()) {
      throw new ModelException(
          "%s has %s; expected how many training rows came to each node, without which a tree's average is not known. Add them with add_covers of interop/models/covers.py, or explain against a background of rows."
              .formatted(operator.shown(), found));
    }
    return hitRates;
  }

  private boolean addUp() {
    for (int node = 0; node < size(); node++) {
      if (!isLeaf(node)) {
        double children = hitRates[whenTrue[node]] + hitRates[whenFalse[node]];
        if (!(Math.abs(children - hitRates[node])
            <= COVERS_ADD_UP_TO * Math.max(children, hitRates[node]))) {
          return false;
        }
      }
    }
    return true;
  }
}

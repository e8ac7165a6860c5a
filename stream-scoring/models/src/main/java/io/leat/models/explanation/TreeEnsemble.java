package io.leat.models.explanation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sums, or averages, of decision trees. */
final class TreeEnsemble implements MarginModel {
  private final List<Tree> trees;
  private final Thresholds thresholds;
  private final double[] bases;
  private final Baseline baseline;

  private TreeEnsemble(List<Tree> trees, Thresholds thresholds, double[] bases, Baseline baseline) {
    this.trees = trees;
    this.thresholds = thresholds;
    this.bases = bases;
    this.baseline = baseline;
  }

  /**
   * Prepares an ensemble.
   *
   * @param baseValues one a margin
   * @param average whether margins are the trees' average and not their sum, before base values
   * @param background rows of columns that covers are counted over; null for those of training,
   *     which the graph must hold then
   */
  static TreeEnsemble of(
      TreeNodes nodes, double[] baseValues, boolean average, double @Nullable [][] background) {
    double[] covers = background == null ? nodes.coversOfTraining() : nodes.coversOf(background);
    double scale = average ? 1.0 / nodes.roots().length : 1;
    Map<Integer, Map<Integer, Double>> weights = new HashMap<>();
    for (int i = 0; i < nodes.weights(); i++) {
      weights
          .computeIfAbsent(nodes.weightNode(i), node -> new HashMap<>())
          .merge(nodes.weightTarget(i), nodes.weight(i) * scale, Double::sum);
    }
    Thresholds thresholds = Thresholds.of(nodes);
    List<Tree> trees = new ArrayList<>();
    double[] bases = baseValues.clone();
    for (int root : nodes.roots()) {
      TreeSplits splits = new TreeSplits(nodes, root, covers, thresholds, weights);
      for (int target : splits.targets()) {
        bases[target] += splits.average(target);
      }
      if (splits.size() > 0) {
        trees.add(new Tree(splits));
      }
    }
    return new TreeEnsemble(
        Tree.sideBySide(trees),
        thresholds,
        bases,
        background == null ? Baseline.TRAINING : Baseline.BACKGROUND);
  }

  @Override
  public int margins() {
    return bases.length;
  }

  @Override
  public double base(int margin) {
    return bases[margin];
  }

  @Override
  public Baseline baseline() {
    return baseline;
  }

  @Override
  public Evaluator evaluator(int[] features, int stride) {
    return new TreeShap(trees, thresholds, bases.length, features, stride);
  }
}

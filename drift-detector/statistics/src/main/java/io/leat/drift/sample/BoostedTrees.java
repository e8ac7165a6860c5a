package io.leat.drift.sample;

import java.util.Arrays;
import java.util.List;

/**
 * Gradient boosting of the logistic or the squared loss with small trees over binned columns:
 * {@value #ROUNDS} trees of depth {@value #DEPTH}, each fitted to the gradients by Newton steps
 * (Friedman, Annals of Statistics 29, 2001; gains and leaves as Chen and Guestrin, KDD 2016, with
 * an L2 penalty of 1), of which a tenth is added. Without randomness. Columns are cut at up to
 * {@value #BINS} quantiles; NaN is above all numbers. Immutable.
 *
 * <p>Only to tell two samples apart, and for what a model's errors hang on; models that score are
 * trained elsewhere.
 */
public final class BoostedTrees {
  /** Number of trees. */
  public static final int ROUNDS = 50;

  /** Questions from a tree's root to a leaf, at most. */
  public static final int DEPTH = 3;

  /** Bins of a column, at most. */
  public static final int BINS = 32;

  private static final double RATE = 0.1;
  private static final double PENALTY = 1;
  private static final double LEAST_HESSIAN = 1;

  /** By column, ascending: a value is in the bin of the first cut that is not below it. */
  private final double[][] cuts;

  private final double start;
  private final Node[] trees = new Node[ROUNDS];

  private BoostedTrees(double[][] cuts, double start) {
    this.cuts = cuts;
    this.start = start;
  }

  /** A leaf, or a question. */
  private sealed interface Node {
    double of(int[] bins);
  }

  private record Leaf(double value) implements Node {
    @Override
    public double of(int[] bins) {
      return value;
    }
  }

  private record Split(int column, int bin, Node atOrBelow, Node above) implements Node {
    @Override
    public double of(int[] bins) {
      return (bins[column] <= bin ? atOrBelow : above).of(bins);
    }
  }

  /**
   * Learns to tell rows apart.
   *
   * @param labels of both kinds at least one
   */
  public static BoostedTrees learn(List<double[]> rows, List<Boolean> labels) {
    double[] targets = labels.stream().mapToDouble(label -> label ? 1 : 0).toArray();
    double share = Arrays.stream(targets).average().orElseThrow();
    return learn(rows, targets, Math.log(share / (1 - share)), true);
  }

  /**
   * Learns a number of each row.
   *
   * @param targets one a row, at least one, finite
   */
  public static BoostedTrees regress(List<double[]> rows, double[] targets) {
    return learn(rows, targets, Arrays.stream(targets).average().orElseThrow(), false);
  }

  private static BoostedTrees learn(
      List<double[]> rows, double[] targets, double start, boolean isLogistic) {
    BoostedTrees trees = new BoostedTrees(cuts(rows), start);
    int[][] bins = rows.stream().map(trees::bins).toArray(int[][]::new);
    new Training(trees, bins, targets, isLogistic).run();
    return trees;
  }

  /** The logarithm of the odds of a true label, or the number. */
  public double score(double[] row) {
    int[] bins = bins(row);
    double score = start;
    for (Node tree : trees) {
      score += tree.of(bins);
    }
    return score;
  }

  private static double[][] cuts(List<double[]> rows) {
    double[][] cuts = new double[rows.get(0).length][];
    for (int k = 0; k < cuts.length; k++) {
      int column = k;
      double[] values = rows.stream().mapToDouble(row -> row[column]).sorted().toArray();
      double[] quantiles = new double[BINS - 1];
      for (int i = 0; i < quantiles.length; i++) {
        quantiles[i] = values[(int) ((i + 1L) * (values.length - 1) / BINS)];
      }
      cuts[k] = Arrays.stream(quantiles).distinct().toArray();
    }
    return cuts;
  }

  private int[] bins(double[] row) {
    int[] bins = new int[row.length];
    for (int k = 0; k < row.length; k++) {
      int at = Arrays.binarySearch(cuts[k], row[k]);
      bins[k] = at < 0 ? -at - 1 : at;
    }
    return bins;
  }

  /** One tree after the other. */
  private static final class Training {
    private final BoostedTrees trees;
    private final int[][] bins;
    private final double[] targets;
    private final boolean isLogistic;
    private final double[] gradients;
    private final double[] hessians;

    Training(BoostedTrees trees, int[][] bins, double[] targets, boolean isLogistic) {
      this.trees = trees;
      this.bins = bins;
      this.targets = targets;
      this.isLogistic = isLogistic;
      this.gradients = new double[bins.length];
      this.hessians = new double[bins.length];
    }

    void run() {
      double[] scores = new double[bins.length];
      Arrays.fill(scores, trees.start);
      int[] all = new int[bins.length];
      for (int i = 0; i < all.length; i++) {
        all[i] = i;
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < scores.length; i++) {
          double mean = isLogistic ? 1 / (1 + Math.exp(-scores[i])) : scores[i];
          gradients[i] = targets[i] - mean;
          hessians[i] = isLogistic ? mean * (1 - mean) : 1;
        }
        Node tree = node(all, DEPTH);
        trees.trees[round] = tree;
        for (int i = 0; i < scores.length; i++) {
          scores[i] += tree.of(bins[i]);
        }
      }
    }

    private Node node(int[] rows, int depth) {
      double gradient = Arrays.stream(rows).mapToDouble(i -> gradients[i]).sum();
      double hessian = Arrays.stream(rows).mapToDouble(i -> hessians[i]).sum();
      double best = gain(gradient, hessian);
      int bestColumn = -1;
      int bestBin = -1;
      for (int k = 0; depth > 0 && k < trees.cuts.length; k++) {
        double[] gradientOf = new double[BINS];
        double[] hessianOf = new double[BINS];
        for (int i : rows) {
          gradientOf[bins[i][k]] += gradients[i];
          hessianOf[bins[i][k]] += hessians[i];
        }
        double g = 0;
        double h = 0;
        for (int bin = 0; bin < trees.cuts[k].length; bin++) {
          g += gradientOf[bin];
          h += hessianOf[bin];
          double gain = gain(g, h) + gain(gradient - g, hessian - h);
          if (h >= LEAST_HESSIAN && hessian - h >= LEAST_HESSIAN && gain > best + 1e-12) {
            best = gain;
            bestColumn = k;
            bestBin = bin;
          }
        }
      }
      if (bestColumn < 0) {
        return new Leaf(RATE * gradient / (hessian + PENALTY));
      }
      int column = bestColumn;
      int bin = bestBin;
      return new Split(
          column,
          bin,
          node(Arrays.stream(rows).filter(i -> bins[i][column] <= bin).toArray(), depth - 1),
          node(Arrays.stream(rows).filter(i -> bins[i][column] > bin).toArray(), depth - 1));
    }

    private static double gain(double gradient, double hessian) {
      return gradient * gradient / (hessian + PENALTY);
    }
  }
}

package io.leat.models.explanation;

import java.util.Arrays;
import java.util.List;

/**
 * Path-dependent TreeSHAP (Lundberg et al. 2020, "From local explanations to global understanding
 * with explainable AI for trees", algorithm 2), exactly, in another way.
 *
 * <p>The game: of a set S of columns the row's value is known; a tree goes the row's way at splits
 * of columns in S, and both ways at others, weighed by cover. A leaf of value v is then a product
 * over the columns i of its path: v times o_i (1 where the row satisfies all splits of i, else 0)
 * for i in S and p_i (the product of their shares of the cover) for others. Its Shapley value for i
 * is the integral over the diagonal of the multilinear extension (Owen 1972):
 *
 * <pre>  phi_i = v (o_i - p_i) ∫ prod over j != i of (p_j + t (o_j - p_j)) dt,   t from 0 to 1
 * </pre>
 *
 * <p>The integrand's degree is less than the number of columns on the path, so that half as many
 * Gauss-Legendre points give the integral without error. For each point two passes over the splits
 * do: down, {@code g} is the product of the factors above a split; up, {@code r} is the sum over
 * the leaves below of value times the factors below. At a split with shares p_l and 1 - p_l the
 * factors of its sides add up to 1, so
 *
 * <pre>  r = r_right + f (r_left - r_right),   phi_i += g c (r_left - r_right)</pre>
 *
 * <p>Let p be the product of the shares of i above (1 where there is none), and o whether the row
 * goes left here. Of those who come here with i on the row's way, the part that knows i is
 *
 * <pre>  tau = t / (p + t (1 - p)),   with derivative tau' = p / (p + t (1 - p))^2</pre>
 *
 * <p>and f = p_l + tau (o - p_l), c = tau' (o - p_l). If the row has left the path at a split of i
 * above, f is p_l and c is 0, which o = p_l gives. So all that a row changes at a split is o - p_l;
 * tau and tau' are known beforehand, and are t and 1 where no split of i is above.
 *
 * <p>Time is linear in the splits times half the depth (Lundberg's: leaves times depth squared);
 * nothing is allocated. What a processor does with it decides: nothing hangs on branches that it
 * cannot foresee, three points are worked on at once, and the last two levels, three quarters of
 * the splits of a full tree, in registers. Confined to one thread.
 */
final class TreeShap implements MarginModel.Evaluator {
  /** Of {@link #ways}, beside 0 and 1: the row is not on the path of the split's column. */
  private static final int OFF_PATH = 2;

  private final Tree[] trees;
  private final Thresholds thresholds;
  private final int[] features;
  private final int stride;

  /** Contributions to each target, two cells a column, as {@link Tree#columns} has them. */
  private final double[] cells;

  /** Of the row's values, two a column, as {@link Thresholds#find} gives them. */
  private final int[] places;

  /** Of each split of the tree: whether the row goes left. */
  private final int[] ways;

  /** Of each split of the tree: o - p_l. */
  private final double[] moves;

  /** Of each place of the tree, as {@link Tree#STEP} says. */
  private final double[] work;

  TreeShap(List<Tree> trees, Thresholds thresholds, int targets, int[] features, int stride) {
    this.trees = trees.toArray(Tree[]::new);
    this.thresholds = thresholds;
    this.features = features;
    this.stride = stride;
    int splits = trees.stream().mapToInt(tree -> tree.splits).max().orElse(0);
    int all = trees.stream().mapToInt(tree -> tree.places).max().orElse(0);
    places = new int[2 * features.length];
    cells = new double[2 * features.length * targets];
    ways = new int[splits];
    moves = new double[splits];
    work = new double[all * Tree.STEP];
  }

  @Override
  public void add(double[] columns, double[] contributions) {
    thresholds.find(columns, places);
    Arrays.fill(cells, 0);
    int width = 2 * features.length;
    for (Tree tree : trees) {
      go(tree);
      leave(tree);
      for (int from = 0; from < tree.quadrature.count(); from += Tree.POINTS) {
        down(tree, from);
        for (int target = 0; target < tree.targets.length; target++) {
          int offset = tree.targets[target] * width;
          pairs(tree, from, target, offset);
          plainTwigs(tree, from, target, offset);
          twigs(tree, from, target, offset);
          up(tree, from, target, offset);
        }
      }
    }
    for (int cell = 0; cell < cells.length; cell++) {
      contributions[cell / width * stride + features[cell % width / 2]] += cells[cell];
    }
  }

  /** Finds where the row goes at each split. */
  private void go(Tree tree) {
    int[] columns = tree.columns;
    int[] thresholds = tree.thresholds;
    double[] shares = tree.shares;
    for (int split = 0; split < shares.length; split++) {
      // 1 where the place is at most the threshold's.
      int left = (places[columns[split]] - thresholds[split] - 1) >>> (Integer.SIZE - 1);
      ways[split] = left;
      moves[split] = left - shares[split];
    }
    for (int split : tree.equalities) {
      int place = places[columns[split]];
      int left = place == thresholds[split] || place == Thresholds.MISSING ? 1 : 0;
      ways[split] = left;
      moves[split] = left - shares[split];
    }
  }

  /** Finds the splits below one of the same column that the row leaves. */
  private void leave(Tree tree) {
    int[] repeated = tree.repeated;
    for (int at = 0; at < repeated.length; at += 2) {
      int split = repeated[at];
      int previous = repeated[at + 1];
      // All ones where the row goes the other way there, or has left the path before.
      int off = -(ways[previous >> 1] ^ (previous & 1)) >> (Integer.SIZE - 1);
      ways[split] |= off & OFF_PATH;
      moves[split] *= 1 + off;
    }
  }

  /** Multiplies factors from the root down through the inner splits. */
  private void down(Tree tree, int from) {
    work[0] = tree.quadrature.weight(from);
    work[1] = tree.quadrature.weight(from + 1);
    work[2] = tree.quadrature.weight(from + 2);
    int[] children = tree.children;
    double[] times = tree.times;
    for (int split = 0; split < tree.inner; split++) {
      int at = split * Tree.STEP;
      int row = tree.rows[split] + 2 * from;
      double share = tree.shares[split];
      double move = moves[split];
      double f0 = share + times[row] * move;
      double f1 = share + times[row + 1] * move;
      double f2 = share + times[row + 2] * move;
      work[at + 3] = f0;
      work[at + 4] = f1;
      work[at + 5] = f2;
      double g0 = work[at];
      double g1 = work[at + 1];
      double g2 = work[at + 2];
      double l0 = g0 * f0;
      double l1 = g1 * f1;
      double l2 = g2 * f2;
      int left = children[2 * split];
      work[left] = l0;
      work[left + 1] = l1;
      work[left + 2] = l2;
      int right = children[2 * split + 1];
      work[right] = g0 - l0;
      work[right + 1] = g1 - l1;
      work[right + 2] = g2 - l2;
    }
  }

  /** Adds values up through the inner splits to the root, and contributions on the way. */
  private void up(Tree tree, int from, int target, int offset) {
    int[] columns = tree.columns;
    int targets = tree.targets.length;
    double[] leaves = tree.leaves;
    int place = tree.splits * Tree.STEP + 2 * Tree.POINTS;
    for (int leaf = target; leaf < leaves.length; leaf += targets) {
      work[place] = leaves[leaf];
      work[place + 1] = leaves[leaf];
      work[place + 2] = leaves[leaf];
      place += Tree.STEP;
    }
    int[] children = tree.children;
    double[] times = tree.times;
    for (int split = tree.inner - 1; split >= 0; split--) {
      int at = split * Tree.STEP;
      int left = children[2 * split];
      int right = children[2 * split + 1];
      int row = tree.rows[split] + 2 * from + Tree.POINTS;
      double r0 = work[right + 6];
      double r1 = work[right + 7];
      double r2 = work[right + 8];
      double d0 = work[left + 6] - r0;
      double d1 = work[left + 7] - r1;
      double d2 = work[left + 8] - r2;
      work[at + 6] = r0 + work[at + 3] * d0;
      work[at + 7] = r1 + work[at + 4] * d1;
      work[at + 8] = r2 + work[at + 5] * d2;
      cells[offset + columns[split]] +=
          moves[split]
              * (work[at] * d0 * times[row]
                  + work[at + 1] * d1 * times[row + 1]
                  + work[at + 2] * d2 * times[row + 2]);
    }
  }

  /**
   * The three splits of each twig of which none repeats a column: all is made of the integrals of g
   * and of g t over the twig.
   */
  private void plainTwigs(Tree tree, int from, int target, int offset) {
    double t0 = tree.quadrature.point(from);
    double t1 = tree.quadrature.point(from + 1);
    double t2 = tree.quadrature.point(from + 2);
    int[] columns = tree.columns;
    double[] shares = tree.shares;
    double[] pairs = tree.pairs;
    int step = 2 * tree.targets.length;
    int pair = 2 * target;
    int end = tree.inner + 3 * tree.plainTwigs;
    for (int split = tree.inner; split < end; split += 3) {
      int at = split * Tree.STEP;
      double g0 = work[at];
      double g1 = work[at + 1];
      double g2 = work[at + 2];
      double g = g0 + g1 + g2;
      double gt = g0 * t0 + g1 * t1 + g2 * t2;
      double share = shares[split];
      double move = moves[split];
      double leftMean = pairs[pair];
      double leftMove = moves[split + 1] * pairs[pair + 1];
      pair += step;
      double rightMean = pairs[pair];
      double rightMove = moves[split + 2] * pairs[pair + 1];
      pair += step;
      double means = leftMean - rightMean;
      double moved = leftMove - rightMove;
      double left = share * g + move * gt;
      cells[offset + columns[split]] += move * (means * g + moved * gt);
      cells[offset + columns[split + 1]] += leftMove * left;
      cells[offset + columns[split + 2]] += rightMove * (g - left);
      // The twig's r is a polynomial of t.
      double r = rightMean + share * means;
      double r1 = rightMove + share * moved + move * means;
      double r2 = move * moved;
      work[at + 6] = r + t0 * (r1 + t0 * r2);
      work[at + 7] = r + t1 * (r1 + t1 * r2);
      work[at + 8] = r + t2 * (r1 + t2 * r2);
    }
  }

  /** The three splits of each other twig. */
  private void twigs(Tree tree, int from, int target, int offset) {
    int[] columns = tree.columns;
    int[] rows = tree.rows;
    double[] times = tree.times;
    double[] pairs = tree.pairs;
    int step = 2 * tree.targets.length;
    int pair = 2 * target + 2 * tree.plainTwigs * step;
    int end = tree.inner + 3 * tree.twigs;
    for (int split = tree.inner + 3 * tree.plainTwigs; split < end; split += 3) {
      int at = split * Tree.STEP;
      int row = rows[split] + 2 * from;
      double share = tree.shares[split];
      double move = moves[split];
      double f0 = share + times[row] * move;
      double f1 = share + times[row + 1] * move;
      double f2 = share + times[row + 2] * move;
      double g0 = work[at];
      double g1 = work[at + 1];
      double g2 = work[at + 2];
      double l0 = g0 * f0;
      double l1 = g1 * f1;
      double l2 = g2 * f2;

      int leftRow = rows[split + 1] + 2 * from;
      double leftMean = pairs[pair];
      double leftMove = moves[split + 1] * pairs[pair + 1];
      pair += step;
      cells[offset + columns[split + 1]] +=
          leftMove * (l0 * times[leftRow + 3] + l1 * times[leftRow + 4] + l2 * times[leftRow + 5]);

      int rightRow = rows[split + 2] + 2 * from;
      double rightMean = pairs[pair];
      double rightMove = moves[split + 2] * pairs[pair + 1];
      pair += step;
      cells[offset + columns[split + 2]] +=
          rightMove
              * ((g0 - l0) * times[rightRow + 3]
                  + (g1 - l1) * times[rightRow + 4]
                  + (g2 - l2) * times[rightRow + 5]);

      double r0 = rightMean + times[rightRow] * rightMove;
      double r1 = rightMean + times[rightRow + 1] * rightMove;
      double r2 = rightMean + times[rightRow + 2] * rightMove;
      double d0 = leftMean + times[leftRow] * leftMove - r0;
      double d1 = leftMean + times[leftRow + 1] * leftMove - r1;
      double d2 = leftMean + times[leftRow + 2] * leftMove - r2;
      work[at + 6] = r0 + f0 * d0;
      work[at + 7] = r1 + f1 * d1;
      work[at + 8] = r2 + f2 * d2;
      cells[offset + columns[split]] +=
          move * (g0 * d0 * times[row + 3] + g1 * d1 * times[row + 4] + g2 * d2 * times[row + 5]);
    }
  }

  /** Splits of two leaves that are in no twig. */
  private void pairs(Tree tree, int from, int target, int offset) {
    int[] columns = tree.columns;
    double[] times = tree.times;
    double[] pairs = tree.pairs;
    int step = 2 * tree.targets.length;
    int pair = 2 * target + 2 * tree.twigs * step;
    for (int split = tree.inner + 3 * tree.twigs; split < tree.splits; split++) {
      int at = split * Tree.STEP;
      int row = tree.rows[split] + 2 * from;
      double mean = pairs[pair];
      double move = moves[split] * pairs[pair + 1];
      pair += step;
      work[at + 6] = mean + times[row] * move;
      work[at + 7] = mean + times[row + 1] * move;
      work[at + 8] = mean + times[row + 2] * move;
      cells[offset + columns[split]] +=
          move
              * (work[at] * times[row + 3]
                  + work[at + 1] * times[row + 4]
                  + work[at + 2] * times[row + 5]);
    }
  }
}

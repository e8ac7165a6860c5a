package io.leat.models.explanation;

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
 * <p>With p the product of the shares of i above (1 where there is none) and o whether the row goes
 * left here: f = (p p_l (1 - t) + t o) / (p + t (1 - p)) and c = p (o - p_l) / (p + t (1 - p))^2.
 * If the row has left the path at a split of i above, f is p_l and c is 0, which o = p_l gives.
 * Where no split of i is above, p is 1: f = p_l + t (o - p_l) and c = o - p_l, which is most
 * splits.
 *
 * <p>Time is linear in the splits times half the depth (Lundberg's: leaves times depth squared);
 * nothing is allocated. Three points are worked on at once, and splits of two leaves apart from
 * others, so that little depends on branches that a processor cannot foresee. Confined to one
 * thread.
 */
final class TreeShap implements MarginModel.Evaluator {
  private static final byte OFF_PATH = 2;

  private final Tree[] trees;
  private final int[] features;
  private final int stride;

  /** Of each column, {@link Tree#MISSING_IS_LEFT} where it is missing, else 0. */
  private final int[] missing;

  private final byte[] ways;
  private final double[] goesLeft;
  private final double[] above;
  private final double[] factors;
  private final double[] below;

  TreeShap(List<Tree> trees, int[] features, int stride) {
    this.trees = trees.toArray(Tree[]::new);
    this.features = features;
    this.stride = stride;
    int splits = trees.stream().mapToInt(tree -> tree.splits).max().orElse(0);
    missing = new int[features.length];
    ways = new byte[splits];
    goesLeft = new double[splits];
    above = new double[splits * Tree.POINTS];
    factors = new double[splits * Tree.POINTS];
    below = new double[splits * Tree.POINTS];
  }

  @Override
  public void add(double[] columns, double[] contributions) {
    for (int column = 0; column < columns.length; column++) {
      missing[column] = Double.isNaN(columns[column]) ? Tree.MISSING_IS_LEFT : 0;
    }
    for (Tree tree : trees) {
      go(tree, columns);
      for (int from = 0; from < tree.quadrature.count() && tree.splits > 0; from += Tree.POINTS) {
        down(tree, from);
        for (int target = 0; target < tree.targets.length; target++) {
          up(tree, from, target, contributions, tree.targets[target] * stride);
        }
      }
    }
  }

  /** Finds where the row goes at each split. */
  private void go(Tree tree, double[] columns) {
    int[] structure = tree.structure;
    double[] numbers = tree.numbers;
    for (int split = 0; split < tree.splits; split++) {
      int flagged = structure[split * Tree.STRUCTURE];
      double value = columns[flagged >> Tree.FLAGS];
      double threshold = numbers[split * Tree.NUMBERS];
      int left = value <= threshold ? 1 : 0;
      if ((flagged & Tree.EQUALITY) != 0) {
        left = value == threshold ? 1 : 0;
      }
      left |= (flagged & missing[flagged >> Tree.FLAGS]) >> 1;
      ways[split] = (byte) left;
      goesLeft[split] = left;
    }
    int[] repeated = tree.repeated;
    for (int at = 0; at < repeated.length; at += Tree.REPEATED) {
      int previous = repeated[at + 1];
      if (ways[previous >> 1] != (previous & 1)) {
        int split = repeated[at];
        ways[split] = OFF_PATH;
        goesLeft[split] = numbers[split * Tree.NUMBERS + 1];
      }
    }
  }

  /** Multiplies factors from the root to the last splits that have splits below. */
  private void down(Tree tree, int from) {
    double t0 = tree.quadrature.point(from);
    double t1 = tree.quadrature.point(from + 1);
    double t2 = tree.quadrature.point(from + 2);
    above[0] = tree.quadrature.weight(from);
    above[1] = tree.quadrature.weight(from + 1);
    above[2] = tree.quadrature.weight(from + 2);
    int[] structure = tree.structure;
    double[] numbers = tree.numbers;
    for (int split = 0; split < tree.inner; split++) {
      int at = split * Tree.STRUCTURE;
      int points = split * Tree.POINTS;
      double o = goesLeft[split];
      double share = numbers[split * Tree.NUMBERS + 1];
      int repeat = structure[at + 3];
      double f0;
      double f1;
      double f2;
      if (repeat < 0) {
        double e = o - share;
        f0 = share + t0 * e;
        f1 = share + t1 * e;
        f2 = share + t2 * e;
      } else {
        int shares = repeat * tree.stride;
        double a = share * tree.shares[shares];
        f0 = tree.shares[shares + 1 + from] * (a * (1 - t0) + t0 * o);
        f1 = tree.shares[shares + 2 + from] * (a * (1 - t1) + t1 * o);
        f2 = tree.shares[shares + 3 + from] * (a * (1 - t2) + t2 * o);
      }
      factors[points] = f0;
      factors[points + 1] = f1;
      factors[points + 2] = f2;
      double g0 = above[points];
      double g1 = above[points + 1];
      double g2 = above[points + 2];
      double l0 = g0 * f0;
      double l1 = g1 * f1;
      double l2 = g2 * f2;
      int left = structure[at + 1] * Tree.POINTS;
      if (left >= 0) {
        above[left] = l0;
        above[left + 1] = l1;
        above[left + 2] = l2;
      }
      int right = structure[at + 2] * Tree.POINTS;
      if (right >= 0) {
        above[right] = g0 - l0;
        above[right + 1] = g1 - l1;
        above[right + 2] = g2 - l2;
      }
    }
  }

  /** Adds values up from the leaves to the root, and contributions on the way. */
  private void up(Tree tree, int from, int target, double[] contributions, int offset) {
    upFromLeaves(tree, from, target, contributions, offset);
    upFromRepeatedLeaves(tree, from, target, contributions, offset);
    int[] structure = tree.structure;
    double[] leaves = tree.leaves;
    int targets = tree.targets.length;
    for (int split = tree.inner - 1; split >= 0; split--) {
      int at = split * Tree.STRUCTURE;
      int points = split * Tree.POINTS;
      int left = structure[at + 1];
      int right = structure[at + 2];
      double r0;
      double r1;
      double r2;
      if (right >= 0) {
        r0 = below[right * Tree.POINTS];
        r1 = below[right * Tree.POINTS + 1];
        r2 = below[right * Tree.POINTS + 2];
      } else {
        r0 = leaves[~right * targets + target];
        r1 = r0;
        r2 = r0;
      }
      double d0;
      double d1;
      double d2;
      if (left >= 0) {
        d0 = below[left * Tree.POINTS] - r0;
        d1 = below[left * Tree.POINTS + 1] - r1;
        d2 = below[left * Tree.POINTS + 2] - r2;
      } else {
        double leaf = leaves[~left * targets + target];
        d0 = leaf - r0;
        d1 = leaf - r1;
        d2 = leaf - r2;
      }
      below[points] = r0 + factors[points] * d0;
      below[points + 1] = r1 + factors[points + 1] * d1;
      below[points + 2] = r2 + factors[points + 2] * d2;
      double g0 = above[points] * d0;
      double g1 = above[points + 1] * d1;
      double g2 = above[points + 2] * d2;
      double e = goesLeft[split] - tree.numbers[split * Tree.NUMBERS + 1];
      int repeat = structure[at + 3];
      double sum;
      if (repeat < 0) {
        sum = e * (g0 + g1 + g2);
      } else {
        int shares = repeat * tree.stride;
        double i0 = tree.shares[shares + 1 + from];
        double i1 = tree.shares[shares + 2 + from];
        double i2 = tree.shares[shares + 3 + from];
        sum = tree.shares[shares] * e * (g0 * i0 * i0 + g1 * i1 * i1 + g2 * i2 * i2);
      }
      contributions[offset + features[structure[at] >> Tree.FLAGS]] += sum;
    }
  }

  /** Splits of two leaves that repeat nothing. */
  private void upFromLeaves(Tree tree, int from, int target, double[] contributions, int offset) {
    double t0 = tree.quadrature.point(from);
    double t1 = tree.quadrature.point(from + 1);
    double t2 = tree.quadrature.point(from + 2);
    int[] structure = tree.structure;
    double[] numbers = tree.numbers;
    double[] leaves = tree.leaves;
    int targets = tree.targets.length;
    for (int split = tree.inner; split < tree.plain; split++) {
      int at = split * Tree.STRUCTURE;
      int points = split * Tree.POINTS;
      double share = numbers[split * Tree.NUMBERS + 1];
      double right = leaves[~structure[at + 2] * targets + target];
      double difference = leaves[~structure[at + 1] * targets + target] - right;
      double mean = right + share * difference;
      double moved = (goesLeft[split] - share) * difference;
      below[points] = mean + t0 * moved;
      below[points + 1] = mean + t1 * moved;
      below[points + 2] = mean + t2 * moved;
      contributions[offset + features[structure[at] >> Tree.FLAGS]] +=
          moved * (above[points] + above[points + 1] + above[points + 2]);
    }
  }

  /** Splits of two leaves below a split of the same column. */
  private void upFromRepeatedLeaves(
      Tree tree, int from, int target, double[] contributions, int offset) {
    double t0 = tree.quadrature.point(from);
    double t1 = tree.quadrature.point(from + 1);
    double t2 = tree.quadrature.point(from + 2);
    int[] structure = tree.structure;
    double[] leaves = tree.leaves;
    int targets = tree.targets.length;
    for (int split = tree.plain; split < tree.splits; split++) {
      int at = split * Tree.STRUCTURE;
      int points = split * Tree.POINTS;
      double o = goesLeft[split];
      double share = tree.numbers[split * Tree.NUMBERS + 1];
      int shares = structure[at + 3] * tree.stride;
      double p = tree.shares[shares];
      double a = share * p;
      double i0 = tree.shares[shares + 1 + from];
      double i1 = tree.shares[shares + 2 + from];
      double i2 = tree.shares[shares + 3 + from];
      double right = leaves[~structure[at + 2] * targets + target];
      double difference = leaves[~structure[at + 1] * targets + target] - right;
      below[points] = right + i0 * (a * (1 - t0) + t0 * o) * difference;
      below[points + 1] = right + i1 * (a * (1 - t1) + t1 * o) * difference;
      below[points + 2] = right + i2 * (a * (1 - t2) + t2 * o) * difference;
      contributions[offset + features[structure[at] >> Tree.FLAGS]] +=
          p
              * (o - share)
              * difference
              * (above[points] * i0 * i0
                  + above[points + 1] * i1 * i1
                  + above[points + 2] * i2 * i2);
    }
  }
}

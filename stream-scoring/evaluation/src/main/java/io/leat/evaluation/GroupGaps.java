package io.leat.evaluation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How far groups of rows lie apart in how often something holds of them, such as a decision: the
 * gap is the largest difference between two groups' shares, the ratio the least quotient of two.
 *
 * <p>Both are the most extreme of all pairs, which noise makes more extreme. The interval is that
 * of all pairs at once, each at 95 % divided by their number (Bonferroni): from the greatest lower
 * end to the greatest upper end it holds the truth in 95 of 100 samples at least. A pair's standard
 * error is that of clusters of rows ({@link ClusteredMean}), and at least that of independent rows
 * with two more of either kind in each group (Agresti and Coull, The American Statistician 52,
 * 1998): a group in which it never holds would have none.
 */
public final class GroupGaps {
  /** Fewer rows of a group have no share to speak of. */
  public static final int LEAST_ROWS = 10;

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
  private static final double OUTSIDE = 0.025; // on either side

  private final boolean[] holds;
  private final int[] groups;
  private final int count;
  private final int[] clusters;

  /** Rows, those of a cluster beside each other. */
  private final int[] byCluster;

  private final long clusterCount;

  /**
   * @param holds of each row
   * @param groups each row's group, from 0; -1 of rows that are in none
   * @param count number of groups
   * @param clusters number of each row's cluster, from 0
   */
  public GroupGaps(boolean[] holds, int[] groups, int count, int[] clusters) {
    this.holds = holds.clone();
    this.groups = groups.clone();
    this.count = count;
    this.clusters = clusters.clone();
    this.byCluster =
        IntStream.range(0, clusters.length)
            .boxed()
            .sorted(Comparator.comparingInt(row -> clusters[row]))
            .mapToInt(row -> row)
            .toArray();
    this.clusterCount = Arrays.stream(clusters).distinct().count();
  }

  /** Shares of the groups among the rows of a family. */
  private final class Family {
    private final boolean[] of;
    private final double[] rows = new double[count];
    private final double[] hits = new double[count];

    /** Of two groups, over clusters the products of how far each share's rows there move it. */
    private final double[][] products = new double[count][count];

    Family(boolean[] of) {
      this.of = of;
      for (int i = 0; i < of.length; i++) {
        if (of[i] && groups[i] >= 0) {
          rows[groups[i]]++;
          hits[groups[i]] += holds[i] ? 1 : 0;
        }
      }
      sumProducts();
    }

    private void sumProducts() {
      double[] sums = new double[count];
      BitSet there = new BitSet(count);
      for (int i = 0; i < byCluster.length; i++) {
        int row = byCluster[i];
        int group = groups[row];
        if (of[row] && group >= 0) {
          sums[group] += ((holds[row] ? 1 : 0) - share(group)) / rows[group];
          there.set(group);
        }
        if (i + 1 == byCluster.length || clusters[byCluster[i + 1]] != clusters[row]) {
          int[] found = there.stream().toArray();
          for (int one : found) {
            for (int other : found) {
              products[one][other] += sums[one] * sums[other];
            }
          }
          Arrays.fill(sums, 0);
          there.clear();
        }
      }
    }

    boolean isKnown() {
      return Arrays.stream(rows).allMatch(number -> number >= LEAST_ROWS);
    }

    double share(int group) {
      return hits[group] / rows[group];
    }

    /** Share among the group's rows and two more of either kind. */
    private double cautious(int group) {
      return (hits[group] + 2) / (rows[group] + 4);
    }

    /** Standard error of the difference of two groups' shares. */
    double error(int one, int other) {
      double least = 0;
      for (int group : new int[] {one, other}) {
        least += cautious(group) * (1 - cautious(group)) / rows[group];
      }
      return error(one, other, 1, 1, least);
    }

    /** Standard error of the logarithm of the quotient of two groups' shares, which are not 0. */
    double errorOfLogarithm(int one, int other) {
      double least = 0;
      for (int group : new int[] {one, other}) {
        least += (1 - cautious(group)) / (cautious(group) * rows[group]);
      }
      return error(one, other, share(one), share(other), least);
    }

    private double error(int one, int other, double by, double byOther, double least) {
      double squares =
          products[one][one] / (by * by)
              + products[other][other] / (byOther * byOther)
              - 2 * products[one][other] / (by * byOther);
      double clustered =
          clusterCount < 2
              ? Double.NaN
              : Math.sqrt(Math.max(0, squares) * clusterCount / (clusterCount - 1));
      return Math.max(clustered, Math.sqrt(least)); // NaN stays NaN
    }
  }

  /**
   * The gap; of several families of rows the larger, as equalised odds ask for among true and among
   * false labels.
   *
   * @param families which rows count, of each at least one family
   * @return {@link Estimate#NONE} with fewer than two groups, or fewer than {@link #LEAST_ROWS}
   *     rows of a group in a family
   */
  public Estimate gap(List<boolean[]> families) {
    double level = NORMAL.inverseSurvivalProbability(OUTSIDE / (pairs() * families.size()));
    double gap = Double.NEGATIVE_INFINITY;
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (boolean[] rows : families) {
      Family family = new Family(rows);
      if (count < 2 || !family.isKnown()) {
        return Estimate.NONE;
      }
      for (int one = 0; one < count; one++) {
        for (int other = 0; other < one; other++) {
          double distance = Math.abs(family.share(one) - family.share(other));
          double half = level * family.error(one, other);
          gap = Math.max(gap, distance);
          low = Math.max(low, distance - half);
          high = Math.max(high, distance + half);
        }
      }
    }
    return new Estimate(gap, low, high).within(0, 1);
  }

  /**
   * The ratio of the least share to the greatest, of all rows: the four-fifths rule asks for 0.8.
   *
   * @return {@link Estimate#NONE} as of the gap, or where it holds of no row; without an interval
   *     where it holds of none of a group
   */
  public Estimate ratio() {
    boolean[] all = new boolean[holds.length];
    Arrays.fill(all, true);
    Family family = new Family(all);
    double greatest = 0;
    double least = 1;
    for (int group = 0; group < count; group++) {
      greatest = Math.max(greatest, family.share(group));
      least = Math.min(least, family.share(group));
    }
    if (count < 2 || !family.isKnown() || greatest == 0) {
      return Estimate.NONE;
    }
    if (least == 0) {
      return new Estimate(0, Double.NaN, Double.NaN);
    }
    double level = NORMAL.inverseSurvivalProbability(OUTSIDE / pairs());
    double low = 1;
    double high = 1;
    for (int one = 0; one < count; one++) {
      for (int other = 0; other < one; other++) {
        double distance = -Math.abs(Math.log(family.share(one) / family.share(other)));
        double half = level * family.errorOfLogarithm(one, other);
        low = Math.min(low, Math.exp(distance - half));
        high = Math.min(high, Math.exp(distance + half));
      }
    }
    return new Estimate(least / greatest, low, high).within(0, 1);
  }

  private int pairs() {
    return Math.max(1, count * (count - 1) / 2);
  }
}

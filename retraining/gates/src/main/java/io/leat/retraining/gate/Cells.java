package io.leat.retraining.gate;

import java.util.List;

/**
 * A figure that is the largest of several sums over cells of rows, such as a gap, the largest of
 * all pairs' differences, or a calibration error, the largest over all signs of its bins. Noise
 * makes the largest of sums too large on average; a sum that other rows have chosen is none of
 * those that noise has picked, so that it is too small if anything.
 */
interface Cells {
  /** Sums of each cell: its numerator and its denominator. */
  record Sums(double[] numerators, double[] denominators) {
    static Sums empty(int cells) {
      return new Sums(new double[cells], new double[cells]);
    }

    Sums plus(Sums other) {
      Sums sum = empty(numerators.length);
      for (int i = 0; i < numerators.length; i++) {
        sum.numerators[i] = numerators[i] + other.numerators[i];
        sum.denominators[i] = denominators[i] + other.denominators[i];
      }
      return sum;
    }

    double rate(int cell) {
      return numerators[cell] / denominators[cell];
    }
  }

  /** Number of cells. */
  int count();

  /**
   * Adds a row to the sums of its cells.
   *
   * @param weight how many times
   */
  void add(int row, int weight, Sums sums);

  /**
   * The figure whose sum some rows choose, of other rows; of the same rows, the figure.
   *
   * @return NaN where a cell has no rows
   */
  double figure(Sums choosing, Sums measured);

  /** Bins of about equally many rows: the error is the largest over all signs of bins. */
  record Bins(int[] bins, double[] scores, double[] labels, int count) implements Cells {
    @Override
    public void add(int row, int weight, Sums sums) {
      sums.numerators()[bins[row]] += weight * (scores[row] - labels[row]);
      sums.denominators()[bins[row]] += weight;
    }

    @Override
    public double figure(Sums choosing, Sums measured) {
      double sum = 0;
      double rows = 0;
      for (int bin = 0; bin < count; bin++) {
        sum += Math.signum(choosing.numerators()[bin]) * measured.numerators()[bin];
        rows += measured.denominators()[bin];
      }
      return sum / rows;
    }
  }

  /**
   * Rates of groups: the gap is the largest over all pairs, of each of the families of rates.
   *
   * @param groups of each row, from 0; -1 of rows of groups that are too small
   * @param families which rates: a row is in the first if its label is not false, say
   */
  record Rates(int[] groups, int groupCount, boolean[] decisions, List<boolean[]> families)
      implements Cells {
    @Override
    public int count() {
      return groupCount * families.size();
    }

    @Override
    public void add(int row, int weight, Sums sums) {
      for (int family = 0; family < families.size() && groups[row] >= 0; family++) {
        if (families.get(family)[row]) {
          int cell = family * groupCount + groups[row];
          sums.numerators()[cell] += decisions[row] ? weight : 0;
          sums.denominators()[cell] += weight;
        }
      }
    }

    @Override
    public double figure(Sums choosing, Sums measured) {
      double largest = Double.NEGATIVE_INFINITY;
      double figure = Double.NaN;
      for (int family = 0; family < families.size(); family++) {
        int least = family * groupCount;
        int most = least;
        for (int cell = least; cell < (family + 1) * groupCount; cell++) {
          if (choosing.denominators()[cell] == 0 || measured.denominators()[cell] == 0) {
            return Double.NaN;
          }
          least = choosing.rate(cell) < choosing.rate(least) ? cell : least;
          most = choosing.rate(cell) > choosing.rate(most) ? cell : most;
        }
        if (choosing.rate(most) - choosing.rate(least) > largest) {
          largest = choosing.rate(most) - choosing.rate(least);
          figure = measured.rate(most) - measured.rate(least);
        }
      }
      return figure;
    }
  }
}

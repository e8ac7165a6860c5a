package io.leat.drift.statistic;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * The counts of both sides by bucket, as a table of two rows. Columns of which one row expects less
 * than 5 are put together, the smallest first, until 5 are expected. Of these sums the law of a
 * test holds, as they do not say which side has what. What is left over in the end, and expects
 * less, joins the last that was put together, or, where none was, the smallest other; but where
 * that row has 5 or more in it, it stays: rows that the reference does not have are no chance then,
 * though of a much smaller window nothing would be expected of them. Where one column is left,
 * nothing can be told. Time: O(k log k).
 */
final class ContingencyTable {
  /** Cochran's rule. */
  private static final double LEAST_EXPECTED = 5;

  private final double[] reference;
  private final double[] window;
  private final double referenceSum;
  private final double windowSum;
  private int columns;

  private ContingencyTable(int most, double referenceSum, double windowSum) {
    reference = new double[most];
    window = new double[most];
    this.referenceSum = referenceSum;
    this.windowSum = windowSum;
  }

  /** Of two sides that are not empty. */
  static ContingencyTable of(Sample reference, Sample window) {
    ContingencyTable table =
        new ContingencyTable(reference.buckets(), reference.counted(), window.counted());
    double least =
        LEAST_EXPECTED
            * (table.referenceSum + table.windowSum)
            / Math.min(table.referenceSum, table.windowSum);
    List<Integer> bySize =
        IntStream.range(0, reference.buckets())
            .filter(i -> reference.bucket(i) + window.bucket(i) > 0)
            .boxed()
            .sorted(Comparator.comparingLong(i -> reference.bucket(i) + window.bucket(i)))
            .toList();
    boolean isOpen = false;
    for (int i : bySize) {
      if (isOpen && reference.bucket(i) + window.bucket(i) >= least) {
        isOpen = !table.settle();
      }
      if (!isOpen) {
        table.columns++;
      }
      table.reference[table.columns - 1] += reference.bucket(i);
      table.window[table.columns - 1] += window.bucket(i);
      isOpen = table.sum(table.columns - 1) < least;
    }
    if (isOpen) {
      table.settle();
    }
    return table;
  }

  /** The last column stays, or joins the one before it; false where neither can be. */
  private boolean settle() {
    int last = columns - 1;
    if (stays(reference[last], referenceSum) || stays(window[last], windowSum)) {
      return true;
    }
    if (last == 0) {
      return false;
    }
    columns = last;
    reference[last - 1] += reference[last];
    window[last - 1] += window[last];
    reference[last] = 0;
    window[last] = 0;
    return true;
  }

  private boolean stays(double observed, double rowSum) {
    return observed >= LEAST_EXPECTED
        && sum(columns - 1) * rowSum / (referenceSum + windowSum) < LEAST_EXPECTED;
  }

  private double sum(int column) {
    return reference[column] + window[column];
  }

  double chiSquare() {
    double sum = 0;
    for (int i = 0; i < columns; i++) {
      double expected = sum(i) * windowSum / (referenceSum + windowSum);
      double difference = window[i] - expected;
      sum += difference * difference / expected;
      sum += difference * difference / (sum(i) - expected);
    }
    return columns == 1 ? 0 : sum;
  }

  double likelihoodRatio() {
    double sum = 0;
    for (int i = 0; i < columns; i++) {
      double expected = sum(i) * windowSum / (referenceSum + windowSum);
      sum += term(window[i], expected) + term(reference[i], sum(i) - expected);
    }
    return Math.max(0, 2 * sum);
  }

  private static double term(double observed, double expected) {
    return observed == 0 ? 0 : observed * Math.log(observed / expected);
  }

  /** Of a statistic that has, without a change, the law of chi-square; empty of one column. */
  OptionalDouble pValue(double statistic) {
    return columns < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of(ChiSquaredDistribution.of(columns - 1).survivalProbability(statistic));
  }
}

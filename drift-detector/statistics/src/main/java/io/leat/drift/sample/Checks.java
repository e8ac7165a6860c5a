package io.leat.drift.sample;

import java.util.Arrays;

/** What every test asks of its samples. */
final class Checks {
  private Checks() {}

  /** The numbers, ascending. */
  static double[] sorted(SampleTest<?> test, double[] numbers, int least) {
    double[] sorted = numbers(test, numbers, least).clone();
    Arrays.sort(sorted);
    return sorted;
  }

  static double[] numbers(SampleTest<?> test, double[] numbers, int least) {
    enough(test, numbers.length, least);
    for (double number : numbers) {
      finite(test, number);
    }
    return numbers;
  }

  static void rows(SampleTest<?> test, double[][] reference, double[][] window, int least) {
    enough(test, reference.length, least);
    enough(test, window.length, least);
    for (double[][] rows : new double[][][] {reference, window}) {
      for (double[] row : rows) {
        if (row.length != reference[0].length) {
          throw new IllegalArgumentException(
              "%s: rows of %d and of %d numbers"
                  .formatted(test.name(), reference[0].length, row.length));
        }
        for (double number : row) {
          finite(test, number);
        }
      }
    }
  }

  static void counts(SampleTest<?> test, long[] reference, long[] window) {
    if (reference.length != window.length) {
      throw new IllegalArgumentException(
          "%s: %d and %d buckets".formatted(test.name(), reference.length, window.length));
    }
    for (long[] counts : new long[][] {reference, window}) {
      if (Arrays.stream(counts).anyMatch(count -> count < 0)) {
        throw new IllegalArgumentException(
            "%s: %s; expected counts of 0 or more".formatted(test.name(), Arrays.toString(counts)));
      }
      enough(test, Arrays.stream(counts).sum(), 1);
    }
  }

  static void buckets(SampleTest<?> test, long[] counts, int exactly) {
    if (counts.length != exactly) {
      throw new IllegalArgumentException(
          "%s: %d buckets; expected %d".formatted(test.name(), counts.length, exactly));
    }
  }

  private static void enough(SampleTest<?> test, long size, int least) {
    if (size < least) {
      throw new IllegalArgumentException(
          "%s: a sample of %d; expected %d or more".formatted(test.name(), size, least));
    }
  }

  private static void finite(SampleTest<?> test, double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException(
          "%s: a sample with %s; expected finite numbers".formatted(test.name(), number));
    }
  }
}

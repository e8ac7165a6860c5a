package io.leat.drift.statistic;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Two samples to compare, made of numbers or of counts. */
record Samples(Sample reference, Sample window) {
  private static final int DECILES = 10;

  /** Numbers and nulls of both sides; every number is a point. */
  static Samples exact(double[] reference, int nulls, double[] window, int windowNulls) {
    double[] points =
        DoubleStream.concat(Arrays.stream(reference), Arrays.stream(window))
            .sorted()
            .distinct()
            .toArray();
    return over(points, reference, nulls, window, windowNulls);
  }

  static Samples exact(double[] reference, double[] window) {
    return exact(reference, 0, window, 0);
  }

  /**
   * As a profile keeps them: of the reference's numbers every so-manieth, its least and greatest.
   */
  static Samples thinned(
      double[] reference, int nulls, double[] window, int windowNulls, int every) {
    double[] all = Arrays.stream(reference).sorted().distinct().toArray();
    double[] points =
        IntStream.range(0, all.length)
            .filter(i -> i % every == 0 || i == all.length - 1)
            .mapToDouble(i -> all[i])
            .toArray();
    return over(points, reference, nulls, window, windowNulls);
  }

  /** Embeddings of three numbers, made of one each. */
  static Samples embedded(double[] reference, double[] window) {
    Samples exact = exact(reference, window);
    double mean = Arrays.stream(reference).average().orElse(0);
    double spread =
        Math.sqrt(
            Arrays.stream(reference).map(x -> 14 * (x - mean) * (x - mean)).average().orElse(0));
    return new Samples(
        exact.reference().ofVectors(sums(reference, mean, spread), drawn(reference, 0)),
        exact.window().ofVectors(sums(window, mean, spread), drawn(window, reference.length)));
  }

  private static double[] sums(double[] numbers, double mean, double spread) {
    double sum = Arrays.stream(numbers).map(x -> (x - mean) / (spread > 0 ? spread : 1)).sum();
    return new double[] {sum, -2 * sum, 3 * sum};
  }

  private static DrawnVectors drawn(double[] numbers, int firstKey) {
    return new DrawnVectors(
        LongStream.range(firstKey, firstKey + (long) numbers.length).toArray(),
        Arrays.stream(numbers)
            .mapToObj(x -> new double[] {x, -2 * x, 3 * x})
            .toArray(double[][]::new));
  }

  /** Counts by the same buckets, of what is no number. */
  static Samples ofCounts(long[] reference, long[] window) {
    return new Samples(counts(reference), counts(window));
  }

  private static Sample counts(long[] counts) {
    return new Sample(new double[0], new long[0], new long[0], Arrays.stream(counts).sum(), counts);
  }

  private static Samples over(
      double[] points, double[] reference, int nulls, double[] window, int windowNulls) {
    double[] sorted = Arrays.stream(reference).sorted().toArray();
    double[] edges = new double[sorted.length == 0 ? 0 : DECILES];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = sorted[((i + 1) * sorted.length + DECILES - 1) / DECILES - 1];
    }
    double[] bins = Arrays.stream(edges).distinct().toArray();
    double least = sorted.length == 0 ? Double.NEGATIVE_INFINITY : sorted[0];
    return new Samples(
        sample(points, reference, nulls, least, bins),
        sample(points, window, windowNulls, least, bins));
  }

  private static Sample sample(
      double[] points, double[] values, int nulls, double least, double[] bins) {
    long[] below = new long[points.length];
    long[] atOrBelow = new long[points.length];
    for (int i = 0; i < points.length; i++) {
      double point = points[i];
      below[i] = Arrays.stream(values).filter(value -> value < point).count();
      atOrBelow[i] = Arrays.stream(values).filter(value -> value <= point).count();
    }
    long[] buckets = new long[bins.length + 3];
    for (double value : values) {
      int bin = 0;
      while (bin < bins.length && value > bins[bin]) {
        bin++;
      }
      buckets[value < least ? 0 : bin + 1]++;
    }
    buckets[buckets.length - 1] = nulls;
    return new Sample(points, below, atOrBelow, values.length, buckets);
  }
}

package io.leat.drift.statistic;

/**
 * One side of a comparison: the reference, or a window. Both sides know their distribution function
 * at the same {@linkplain #point points} and count by the same {@linkplain #bucket buckets}.
 * Immutable.
 *
 * <p>Between two points lie values of which only the number is known ({@code below(i) - atOrBelow(i
 * - 1)}), and so before the first and behind the last. Where every value of both sides is a point,
 * all is known. Columns that are not numbers have no points.
 *
 * <p>The buckets of a column of numbers: one for what lies below the reference's least value, its
 * deciles (closed above, equal ones merged), one for what lies above its greatest, one for nulls.
 * Embeddings are numbers by their distance from the reference's mean, and have a mean of their own.
 */
public final class Sample {
  private final double[] points;
  private final long[] below;
  private final long[] atOrBelow;
  private final long values;
  private final long[] buckets;
  private final double[] sums;
  private final DrawnVectors drawn;
  private final long counted;

  /**
   * The arrays are not copied: who hands them over does not change them any more.
   *
   * @param points ascending, the same for both sides
   * @param below how many values lie below each point
   * @param atOrBelow how many values lie at or below each point
   * @param values how many values there are
   * @param buckets how many rows fall into each bucket; the same buckets for both sides
   */
  public Sample(double[] points, long[] below, long[] atOrBelow, long values, long[] buckets) {
    this(points, below, atOrBelow, values, buckets, new double[0], DrawnVectors.NONE);
  }

  private Sample(
      double[] points,
      long[] below,
      long[] atOrBelow,
      long values,
      long[] buckets,
      double[] sums,
      DrawnVectors drawn) {
    this.points = points;
    this.below = below;
    this.atOrBelow = atOrBelow;
    this.values = values;
    this.buckets = buckets;
    this.sums = sums;
    this.drawn = drawn;
    long sum = 0;
    for (long count : buckets) {
      sum += count;
    }
    this.counted = sum;
  }

  /**
   * The same, of embeddings.
   *
   * @param ofVectors the sum of each number of the vectors, in units of the reference's spread
   * @param of some of the vectors
   */
  public Sample ofVectors(double[] ofVectors, DrawnVectors of) {
    return new Sample(points, below, atOrBelow, values, buckets, ofVectors, of);
  }

  /** Some of the vectors; none where values are no embeddings, or none is kept. */
  DrawnVectors drawn() {
    return drawn;
  }

  /** How many numbers a vector has; 0 where values are no embeddings. */
  public int dimensions() {
    return sums.length;
  }

  /** The mean of a number of the vectors; NaN where there is no vector. */
  public double mean(int dimension) {
    return sums[dimension] / values;
  }

  /** How many values it holds that are not null. */
  public long values() {
    return values;
  }

  /** How many points there are. */
  public int points() {
    return points.length;
  }

  public double point(int index) {
    return points[index];
  }

  /** How many values lie below a point. */
  public long below(int index) {
    return below[index];
  }

  /** How many values lie at or below a point. */
  public long atOrBelow(int index) {
    return atOrBelow[index];
  }

  /** How many buckets there are. */
  public int buckets() {
    return buckets.length;
  }

  /** How many rows fall into a bucket. */
  public long bucket(int index) {
    return buckets[index];
  }

  /** How many rows fall into any bucket. */
  public long counted() {
    return counted;
  }

  /** The share of a bucket in all; NaN where nothing is counted. */
  public double share(int index) {
    return buckets[index] / (double) counted;
  }

  /** What is left of it without a part of it. */
  public Sample without(Sample part) {
    return new Sample(
        points,
        difference(below, part.below),
        difference(atOrBelow, part.atOrBelow),
        values - part.values,
        difference(buckets, part.buckets),
        difference(sums, part.sums),
        drawn.without(part.drawn));
  }

  private static double[] difference(double[] whole, double[] part) {
    double[] rest = whole.clone();
    for (int i = 0; i < rest.length; i++) {
      rest[i] -= part[i];
    }
    return rest;
  }

  private static long[] difference(long[] whole, long[] part) {
    long[] rest = whole.clone();
    for (int i = 0; i < rest.length; i++) {
      rest[i] -= part[i];
    }
    return rest;
  }
}

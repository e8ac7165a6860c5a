package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.leat.drift.statistic.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * The empirical distribution of a set of numbers, kept as at most {@value #MAX_POINTS} of them.
 *
 * <p>At each kept point the distribution function is exact, from the left (the share of numbers
 * below it) and at it (the share of numbers at or below it). With at most {@value #MAX_POINTS}
 * distinct numbers all of them are kept; with more, at most one thousandth of the numbers lies
 * strictly between two neighbouring points, so the function is known everywhere to 1/1000.
 *
 * <p>The points cut the line into {@link #cells() cells}: each point is one, and so is each gap
 * before, between and behind them. How many of a window's values fall into each cell is all that
 * the statistics need of the window. Immutable.
 */
public final class Distribution {
  /** Most points that are kept. */
  public static final int MAX_POINTS = 1_001;

  @JsonProperty private final double[] points;
  @JsonProperty private final long[] below;
  @JsonProperty private final long[] atOrBelow;

  /**
   * The first point in, or behind, each of as many equal parts of the range as there are points,
   * and two ends: a look-up, in place of most of a search's steps. One a vector and column is what
   * counting costs.
   */
  private final char[] firstOfPart;

  private final double partsAUnit;

  /**
   * @param points the kept numbers, ascending, distinct and finite
   * @param below how many numbers lie below each point
   * @param atOrBelow how many numbers lie at or below each point; the last is the count of all
   * @throws IllegalArgumentException if they are not that
   */
  @JsonCreator
  Distribution(
      @JsonProperty(value = "points", required = true) double[] points,
      @JsonProperty(value = "below", required = true) long[] below,
      @JsonProperty(value = "atOrBelow", required = true) long[] atOrBelow) {
    int length = points.length;
    boolean sound = length <= MAX_POINTS && below.length == length && atOrBelow.length == length;
    for (int i = 0; sound && i < length; i++) {
      sound =
          Double.isFinite(points[i])
              && below[i] < atOrBelow[i]
              && (i == 0
                  ? below[i] == 0
                  : points[i - 1] < points[i] && atOrBelow[i - 1] <= below[i]);
    }
    if (!sound) {
      throw new IllegalArgumentException(
          "not a distribution: expected at most %d finite ascending points, each with the number of values below it and at or below it"
              .formatted(MAX_POINTS));
    }
    this.points = points.clone();
    double range = length < 2 ? 0 : points[length - 1] - points[0];
    this.partsAUnit = range > 0 && Double.isFinite(range) ? length / range : 0;
    this.firstOfPart = new char[length + 2];
    for (int part = 0, i = 0; part < firstOfPart.length; part++) {
      while (i < length && part(points[i]) < part) {
        i++;
      }
      firstOfPart[part] = (char) i;
    }
    this.below = below.clone();
    this.atOrBelow = atOrBelow.clone();
  }

  /** The distribution of finite numbers, in any order; of none, it has no point. */
  public static Distribution of(double[] values) {
    return of(values, MAX_POINTS);
  }

  /**
   * As {@link #of(double[])}, kept as fewer points: with more distinct numbers than these, at most
   * one part in {@code points - 1} of the numbers lies strictly between two neighbours.
   *
   * @param points most points that are kept, from 2 to {@value #MAX_POINTS}
   */
  public static Distribution of(double[] values, int points) {
    double[] sorted = Arrays.stream(values).map(v -> v + 0.0).sorted().toArray();
    int n = sorted.length;
    List<Run> runs = new ArrayList<>();
    for (int start = 0, end; start < n; start = end) {
      end = start + 1;
      while (end < n && sorted[end] == sorted[start]) {
        end++;
      }
      runs.add(new Run(sorted[start], start, end));
    }
    return of(runs, n, points);
  }

  private static Distribution of(List<Run> runs, long n, int points) {
    List<Run> kept = runs.size() <= points ? runs : thinOut(runs, n, points - 1);
    return new Distribution(
        kept.stream().mapToDouble(Run::value).toArray(),
        kept.stream().mapToLong(Run::below).toArray(),
        kept.stream().mapToLong(Run::atOrBelow).toArray());
  }

  private record Run(double value, long below, long atOrBelow) {}

  /**
   * Keeps the first run, and after each kept one the farthest that leaves at most n/steps numbers
   * strictly between. Every step passes more than n/steps numbers, save perhaps the last, so at
   * most so many steps are taken.
   */
  private static List<Run> thinOut(List<Run> runs, long n, int steps) {
    List<Run> kept = new ArrayList<>();
    Run last = runs.get(0);
    kept.add(last);
    for (int i = 1; i < runs.size(); i++) {
      boolean nextIsTooFar =
          i + 1 == runs.size() || (runs.get(i + 1).below() - last.atOrBelow()) * steps > n;
      if (nextIsTooFar) {
        last = runs.get(i);
        kept.add(last);
      }
    }
    return kept;
  }

  /** How many numbers it is of. */
  @JsonIgnore
  public long count() {
    return points.length == 0 ? 0 : atOrBelow[points.length - 1];
  }

  /** How many points are kept. */
  int size() {
    return points.length;
  }

  /** A kept point; 0 is the least of all numbers, {@code size() - 1} the greatest. */
  double point(int index) {
    return points[index];
  }

  /** How many numbers lie below a kept point. */
  long below(int index) {
    return below[index];
  }

  /** How many numbers lie at or below a kept point. */
  long atOrBelow(int index) {
    return atOrBelow[index];
  }

  /**
   * How many numbers lie below a number. Exact where that is a kept point, or no number is between
   * the points beside it; else the middle of what it may be, so off by half of these at most.
   */
  long below(double value) {
    int found = Arrays.binarySearch(points, value);
    return found >= 0 ? below[found] : between(-found - 1);
  }

  /** How many numbers lie at or below a number; as exact as {@link #below(double)}. */
  long atOrBelow(double value) {
    int found = Arrays.binarySearch(points, value);
    return found >= 0 ? atOrBelow[found] : between(-found - 1);
  }

  private long between(int next) {
    long least = next == 0 ? 0 : atOrBelow[next - 1];
    long most = next == points.length ? least : below[next];
    return least + (most - least) / 2;
  }

  /**
   * The distribution of the numbers of both. Exact at its points where both keep all of their
   * numbers, else off by half of what either has between two of its points, one number in 2,000,
   * and with at most one number in 500 between two of its own.
   */
  Distribution merge(Distribution other) {
    double[] all =
        DoubleStream.concat(Arrays.stream(points), Arrays.stream(other.points))
            .sorted()
            .distinct()
            .toArray();
    List<Run> runs = new ArrayList<>();
    for (double point : all) {
      runs.add(
          new Run(
              point, below(point) + other.below(point), atOrBelow(point) + other.atOrBelow(point)));
    }
    // Between two runs there may be numbers here, which a step passes twice: half as many steps.
    int points = runs.size() <= MAX_POINTS ? MAX_POINTS : (MAX_POINTS + 1) / 2;
    return of(runs, count() + other.count(), points);
  }

  /** How many of another's numbers fall into each cell; as exact as {@link #below(double)}. */
  FeatureCounts count(Distribution other) {
    FeatureCounts counts = new FeatureCounts(cells());
    long passed = 0;
    for (int i = 0; i < points.length; i++) {
      counts.add(2 * i, other.below(points[i]) - passed);
      counts.add(2 * i + 1, other.atOrBelow(points[i]) - other.below(points[i]));
      passed = other.atOrBelow(points[i]);
    }
    counts.add(2 * points.length, other.count() - passed);
    return counts;
  }

  /**
   * The least number that so great a share of all is at or below, among the points.
   *
   * @param share from 0, the least of all, to 1, the greatest
   */
  public OptionalDouble quantile(double share) {
    for (int i = 0; i < points.length; i++) {
      if (atOrBelow[i] >= share * count()) {
        return OptionalDouble.of(points[i]);
      }
    }
    return OptionalDouble.empty();
  }

  /** It as one side of a comparison that counts by these buckets. */
  Sample sample(long[] buckets) {
    return new Sample(points, below, atOrBelow, count(), buckets);
  }

  /** The other side of it: a window's counts by its cells. */
  Sample sample(FeatureCounts window, long[] buckets) {
    long[] windowBelow = new long[points.length];
    long[] windowAtOrBelow = new long[points.length];
    long passed = 0;
    for (int i = 0; i < points.length; i++) {
      passed += window.cell(2 * i);
      windowBelow[i] = passed;
      passed += window.cell(2 * i + 1);
      windowAtOrBelow[i] = passed;
    }
    return new Sample(points, windowBelow, windowAtOrBelow, window.values(), buckets);
  }

  /** Never decreases with the value: 0 to the number of points. */
  private int part(double value) {
    return points.length == 0
        ? 0
        : (int) Math.max(0, Math.min(points.length, (value - points[0]) * partsAUnit));
  }

  /** Number of cells: {@code 2 * size() + 1}. */
  int cells() {
    return 2 * points.length + 1;
  }

  /**
   * The cell of a finite number: {@code 2i + 1} if it equals point i, {@code 2i} if it lies before
   * point i and behind the one before that.
   */
  int cell(double value) {
    double number = value + 0.0;
    int part = part(number);
    int low = firstOfPart[part];
    int high = firstOfPart[part + 1];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (points[middle] < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < points.length && points[low] == number ? 2 * low + 1 : 2 * low;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Distribution that
        && Arrays.equals(points, that.points)
        && Arrays.equals(below, that.below)
        && Arrays.equals(atOrBelow, that.atOrBelow);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(points) + Long.hashCode(LongStream.of(below).sum());
  }
}

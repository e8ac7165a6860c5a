package io.leat.drift;

import static io.leat.drift.statistic.Statistics.KOLMOGOROV_SMIRNOV;
import static io.leat.drift.statistic.Statistics.POPULATION_STABILITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.drift.statistic.Sample;
import io.leat.schemas.NullReason;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Laws of a reference distribution and of the distance from it. */
class DistributionProperties {

  @Property(tries = 200)
  void keepsFewPointsAndStaysWithinOneInAThousand(@ForAll("samples") double[] sample) {
    Distribution distribution = Distribution.of(sample);

    assertThat(distribution.size()).isLessThanOrEqualTo(Distribution.MAX_POINTS);
    assertThat(distribution.count()).isEqualTo(sample.length);
    double[] sorted = sorted(sample);
    for (double value : sample) {
      double exact = share(sorted, value);
      assertThat(cumulative(distribution, value))
          .isLessThanOrEqualTo(exact)
          .isGreaterThanOrEqualTo(exact - 0.001 - 1e-12);
    }
  }

  /** The share of numbers at or below a number; between two points, the least that it can be. */
  private static double cumulative(Distribution distribution, double value) {
    int point = (distribution.cell(value) - 1) / 2;
    return distribution.cell(value) == 0
        ? 0
        : (double) distribution.atOrBelow(point) / distribution.count();
  }

  /** Whatever the range: a look-up must not lose a number between two parts of it. */
  @Property(tries = 300)
  void theCellOfANumberIsWhereASearchFindsIt(
      @ForAll("samples") double[] sample, @ForAll("scales") double scale) {
    Distribution distribution =
        Distribution.of(Arrays.stream(sample).map(x -> (float) (x * scale)).toArray());
    double[] points = new double[distribution.size()];
    Arrays.setAll(points, distribution::point);

    DoubleStream.concat(
            Arrays.stream(points)
                .flatMap(x -> DoubleStream.of(Math.nextDown(x), x, Math.nextUp(x))),
            DoubleStream.of(-Float.MAX_VALUE, Float.MIN_VALUE, 0.0, -0.0, Float.MAX_VALUE))
        .forEach(
            value -> {
              int found = Arrays.binarySearch(points, value + 0.0);
              assertThat(distribution.cell(value))
                  .isEqualTo(found >= 0 ? 2 * found + 1 : 2 * (-found - 1));
            });
  }

  @Provide
  Arbitrary<Double> scales() {
    return Arbitraries.of(1e-30, 1e-3, 1.0, 1e6, 1e30);
  }

  @Property(tries = 200)
  void distanceIsTheLargestGapOfTheTwoFunctions(
      @ForAll("samples") double[] reference, @ForAll("windows") double[] window) {
    Distribution distribution = Distribution.of(reference);

    Comparison comparison = comparison(distribution, window);
    double distance = distance(comparison);
    double error = comparison.error(KOLMOGOROV_SMIRNOV);

    double exact = naiveDistance(reference, window);
    assertThat(exact).isBetween(distance - 1e-12, distance + error + 1e-12);
    if (Arrays.stream(reference).distinct().count() <= Distribution.MAX_POINTS) {
      assertThat(error).isZero();
    } else {
      assertThat(error).isBetween(0.0, 0.001 + 1e-12);
    }
  }

  /** The window's values lie where the reference keeps no point: the error is then all of it. */
  @Property(tries = 50)
  void theErrorIsNoLargerThanItHasToBe(@ForAll("gaps") int gap) {
    double[] reference = DoubleStream.iterate(0, x -> x + 1).limit(10_000).toArray();
    Distribution distribution = Distribution.of(reference);
    double first = distribution.point(gap);
    double last = distribution.point(gap + 1);
    double[] window = {last - 0.5}; // behind all that the reference has in the gap
    double[] other = {first + 0.5}; // before all of it

    for (double[] values : List.of(window, other)) {
      Comparison comparison = comparison(distribution, values);
      double distance = distance(comparison);
      double most = distance + comparison.error(KOLMOGOROV_SMIRNOV);

      assertThat(naiveDistance(reference, values)).isBetween(distance - 1e-12, most + 1e-12);
      assertThat(most)
          .isCloseTo(
              Math.max(naiveDistance(reference, window), naiveDistance(reference, other)),
              within(1e-12));
    }
  }

  @Provide
  Arbitrary<Integer> gaps() {
    return Arbitraries.integers().between(0, 900);
  }

  @Property(tries = 100)
  void distanceOfAPartFromTheRestNeedsNoSecondReference(
      @ForAll("windows") double[] part, @ForAll("windows") double[] rest) {
    double[] whole = DoubleStream.concat(Arrays.stream(part), Arrays.stream(rest)).toArray();
    Distribution distribution = Distribution.of(whole);

    double distance =
        comparison(distribution, part).valueFromRest(KOLMOGOROV_SMIRNOV, 1).orElseThrow();

    assertThat(distance).isCloseTo(naiveDistance(rest, part), within(1e-9));
  }

  @Property(tries = 100)
  void indexOfAPartFromTheRestIsTheIndexOfTheirCounts(
      @ForAll("windows") double[] part, @ForAll("windows") double[] rest) {
    double[] whole = DoubleStream.concat(Arrays.stream(part), Arrays.stream(rest)).toArray();
    NumberReference reference =
        NumberReference.of(DriftStream.of("x"), Distribution.of(whole), Map.of("no_event", 3L));
    FeatureCounts partCounts = counts(reference.distribution(), part);
    FeatureCounts restCounts = counts(reference.distribution(), rest);
    restCounts.addNulls(NullReason.NO_EVENT, 3);

    double index =
        Comparison.of(reference, partCounts).valueFromRest(POPULATION_STABILITY, 1).orElseThrow();

    assertThat(index)
        .isCloseTo(
            POPULATION_STABILITY
                .value(reference.sample(restCounts), reference.sample(partCounts))
                .orElseThrow(),
            within(1e-12));
  }

  @Property(tries = 100)
  void everyValueOfTheReferenceLiesInABinAndNoneOutside(@ForAll("samples") double[] sample) {
    NumberReference reference =
        NumberReference.of(DriftStream.of("x"), Distribution.of(sample), Map.of());

    Sample window = reference.sample(counts(reference.distribution(), sample));

    assertThat(buckets(window)).isEqualTo(buckets(reference.sample()));
    assertThat(window.bucket(0)).isZero();
    assertThat(window.bucket(window.buckets() - 2)).isZero();
    assertThat(window.counted()).isEqualTo(sample.length);
  }

  @Provide
  Arbitrary<double[]> samples() {
    return arrays(1, 6_000);
  }

  @Provide
  Arbitrary<double[]> windows() {
    return arrays(1, 100);
  }

  /** Constants, few values with many ties, and continuous values with heavy tails. */
  private static Arbitrary<double[]> arrays(int least, int most) {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(least, most),
            Arbitraries.of(1, 2, 7, 1_500, Integer.MAX_VALUE))
        .as(
            (seed, length, distinct) -> {
              Random random = new Random(seed);
              return random
                  .doubles(length)
                  .map(u -> distinct == Integer.MAX_VALUE ? 1 / (u - 0.5) : (long) (u * distinct))
                  .toArray();
            });
  }

  private static Comparison comparison(Distribution distribution, double[] window) {
    return Comparison.of(
        NumberReference.of(DriftStream.of("x"), distribution, Map.of()),
        counts(distribution, window));
  }

  private static double distance(Comparison comparison) {
    return comparison.value(KOLMOGOROV_SMIRNOV, 1).orElseThrow();
  }

  private static long[] buckets(Sample sample) {
    return IntStream.range(0, sample.buckets()).mapToLong(sample::bucket).toArray();
  }

  private static FeatureCounts counts(Distribution distribution, double[] window) {
    FeatureCounts counts = new FeatureCounts(distribution.cells());
    for (double value : window) {
      counts.add(distribution.cell(value));
    }
    return counts;
  }

  private static double naiveDistance(double[] one, double[] other) {
    double[] ones = sorted(one);
    double[] others = sorted(other);
    return DoubleStream.concat(Arrays.stream(ones), Arrays.stream(others))
        .map(x -> Math.abs(share(ones, x) - share(others, x)))
        .max()
        .orElseThrow();
  }

  private static double[] sorted(double[] values) {
    return Arrays.stream(values).sorted().toArray();
  }

  private static double share(double[] sorted, double atOrBelow) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) / 2;
      if (sorted[middle] <= atOrBelow) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return (double) low / sorted.length;
  }
}

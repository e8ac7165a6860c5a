package io.leat.drift.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Laws of the distances and tests of counts, and how they hang together. */
class BucketProperties {
  private static final double ROUNDING = 1e-9;
  private static final List<String> OF_SHARES = List.of("tv", "linf", "hellinger", "js_base2");

  record Counts(long[] reference, long[] window) {
    double value(String statistic) {
      Samples samples = Samples.ofCounts(reference, window);
      return Statistics.get(statistic).value(samples.reference(), samples.window()).orElseThrow();
    }

    Counts times(long factor) {
      return new Counts(times(reference, factor), times(window, factor));
    }

    private static long[] times(long[] counts, long factor) {
      return Arrays.stream(counts).map(count -> count * factor).toArray();
    }

    /** With the last two buckets as one. */
    Counts merged() {
      return new Counts(merged(reference), merged(window));
    }

    private static long[] merged(long[] counts) {
      long[] merged = Arrays.copyOf(counts, counts.length - 1);
      merged[merged.length - 1] += counts[counts.length - 1];
      return merged;
    }

    @Override
    public String toString() {
      return Arrays.toString(reference) + " and " + Arrays.toString(window);
    }
  }

  @Property(tries = 500)
  void distancesDependOnSharesAlone(@ForAll("counts") Counts counts) {
    for (String statistic : OF_SHARES) {
      assertThat(counts.times(3).value(statistic))
          .as(statistic)
          .isCloseTo(counts.value(statistic), within(ROUNDING));
    }
  }

  @Property(tries = 500)
  void whatCannotBeToldApartIsNotFarther(@ForAll("counts") Counts counts) {
    for (String statistic : List.of("tv", "hellinger", "js_base2")) {
      assertThat(counts.merged().value(statistic))
          .as(statistic)
          .isLessThanOrEqualTo(counts.value(statistic) + ROUNDING);
    }
  }

  @Property(tries = 500)
  void distancesBoundEachOther(@ForAll("counts") Counts counts) {
    double variation = counts.value("tv");
    double hellinger = counts.value("hellinger");
    double jensenShannon = counts.value("js_base2");
    assertThat(counts.value("linf")).isLessThanOrEqualTo(variation + ROUNDING);
    assertThat(hellinger * hellinger).isLessThanOrEqualTo(variation + ROUNDING);
    assertThat(variation).isLessThanOrEqualTo(Math.sqrt(2) * hellinger + ROUNDING);
    assertThat(jensenShannon * jensenShannon).isLessThanOrEqualTo(variation + ROUNDING);
  }

  /** Where no bucket is small, none is put together. */
  @Property(tries = 500)
  void testsGrowWithTheRows(@ForAll("counts") Counts counts) {
    Counts many =
        new Counts(
            Arrays.stream(counts.reference()).map(count -> count + 100).toArray(),
            Arrays.stream(counts.window()).map(count -> count + 100).toArray());
    for (String statistic : List.of("chi2_contingency", "g")) {
      assertThat(many.times(4).value(statistic))
          .as(statistic)
          .isCloseTo(4 * many.value(statistic), within(1e-6));
    }
  }

  /** Few rows or many, of which many are in small buckets. */
  @Example
  void independentWindowsAreCalledDriftAsOftenAsTheLevelSays() {
    assertLevel(1_000, 150);
    assertLevel(150, 150);
    assertLevel(20_000, 60);
    assertLevel(20_000, 1_000);
  }

  private static void assertLevel(int reference, int window) {
    Random random = new Random(7);
    int rejected = 0;
    int rejectedG = 0;
    int windows = 2_000;
    for (int i = 0; i < windows; i++) {
      Samples samples = Samples.ofCounts(draw(random, reference), draw(random, window));
      rejected += isRejected("chi2_contingency", samples) ? 1 : 0;
      rejectedG += isRejected("g", samples) ? 1 : 0;
    }
    assertThat(rejected / (double) windows).as("%d, %d", reference, window).isBetween(0.03, 0.065);
    assertThat(rejectedG / (double) windows).as("%d, %d", reference, window).isBetween(0.03, 0.08);
  }

  private static boolean isRejected(String statistic, Samples samples) {
    return Statistics.get(statistic).pValue(samples.reference(), samples.window()).orElseThrow()
        < 0.05;
  }

  /** Of 40 buckets, many of them small. */
  private static long[] draw(Random random, int rows) {
    long[] counts = new long[40];
    for (int i = 0; i < rows; i++) {
      double u = random.nextDouble();
      counts[(int) (40 * u * u * u)]++;
    }
    return counts;
  }

  /** Of 100 rows, 5 are expected from a bucket that both sides together have 55 of. */
  @Example
  void smallBucketsArePutTogetherTheSmallestFirst() {
    assertTogether(
        "what is left over stays, with 10 in the window",
        new Counts(new long[] {700, 200, 45, 45, 10, 0, 0}, new long[] {40, 20, 10, 20, 5, 5, 0}),
        new Counts(new long[] {700, 200, 45, 45, 10}, new long[] {40, 20, 10, 20, 10}));
    assertTogether(
        "what is left over joins the smallest other, with 4 in the window",
        new Counts(new long[] {700, 200, 45, 45, 8, 2}, new long[] {40, 26, 10, 20, 3, 1}),
        new Counts(new long[] {700, 200, 55, 45}, new long[] {40, 26, 14, 20}));
    assertTogether(
        "what is left over joins what was put together",
        new Counts(new long[] {835, 30, 28, 27, 80}, new long[] {80, 2, 4, 4, 10}),
        new Counts(new long[] {835, 85, 80}, new long[] {80, 10, 10}));
  }

  private static void assertTogether(String what, Counts counts, Counts together) {
    for (String statistic : List.of("chi2_contingency", "g")) {
      assertThat(counts.value(statistic))
          .as("%s: %s", statistic, what)
          .isCloseTo(together.value(statistic), within(ROUNDING));
    }
  }

  @Example
  void whereOneColumnIsLeftNothingIsTold() {
    Samples samples = Samples.ofCounts(new long[] {1_000, 0}, new long[] {9, 1});

    assertThat(Statistics.CHI_SQUARE.value(samples.reference(), samples.window())).hasValue(0);
    assertThat(Statistics.CHI_SQUARE.pValue(samples.reference(), samples.window())).isEmpty();
  }

  @Provide
  Arbitrary<Counts> counts() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.integers().between(2, 20))
        .as(
            (seed, buckets) -> {
              Random random = new Random(seed);
              return new Counts(some(random, buckets), some(random, buckets));
            });
  }

  private static long[] some(Random random, int buckets) {
    long[] counts = new long[buckets];
    for (int i = 0; i < buckets; i++) {
      counts[i] = random.nextInt(3) == 0 ? 0 : random.nextInt(100);
    }
    counts[random.nextInt(buckets)]++;
    return counts;
  }
}

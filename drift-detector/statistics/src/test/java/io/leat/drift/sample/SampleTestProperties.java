package io.leat.drift.sample;

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

/** The laws of {@link SampleTest}, for every test of numbers of the catalogue. */
class SampleTestProperties {
  private static final double ROUNDING = 1e-8;

  record Drawn(double[] reference, double[] window) {
    @Override
    public String toString() {
      return Arrays.toString(reference) + " and " + Arrays.toString(window);
    }
  }

  @Property(tries = 500)
  void pValuesAreProbabilitiesAndSamplesStayAsTheyAre(
      @ForAll("tests") SampleTest<double[]> test, @ForAll("drawn") Drawn drawn) {
    double[] reference = drawn.reference().clone();
    double[] window = drawn.window().clone();

    SampleTest.Result result = test.compare(reference, window);

    assertThat(result.statistic()).as(test.name()).isFinite();
    result.pValue().ifPresent(p -> assertThat(p).isBetween(0.0, 1.0));
    assertThat(reference).isEqualTo(drawn.reference());
    assertThat(window).isEqualTo(drawn.window());
  }

  @Property(tries = 500)
  void bothSidesMayChangePlacesWhereATestSaysSo(
      @ForAll("tests") SampleTest<double[]> test, @ForAll("drawn") Drawn drawn) {
    SampleTest.Result there = test.compare(drawn.reference(), drawn.window());
    SampleTest.Result back = test.compare(drawn.window(), drawn.reference());
    if (!test.isSymmetric()) {
      return;
    }
    assertThat(back.pValue().orElse(-1)).isCloseTo(there.pValue().orElse(-1), within(ROUNDING));
    if (there.pValue().isEmpty()) {
      assertThat(back.statistic()).isCloseTo(there.statistic(), within(ROUNDING));
    }
  }

  @Property(tries = 300)
  void distancesAreNoneOfASampleAndItselfAndMoveWithTheUnit(@ForAll("drawn") Drawn drawn) {
    double[] larger = Arrays.stream(drawn.reference()).map(x -> 10 * x).toArray();
    double[] window = Arrays.stream(drawn.window()).map(x -> 10 * x).toArray();
    assertUnit(SampleTests.WASSERSTEIN, drawn, larger, window, 10);
    assertUnit(SampleTests.WASSERSTEIN_NORMED, drawn, larger, window, 1);
    assertUnit(SampleTests.ENERGY, drawn, larger, window, Math.sqrt(10));
    assertUnit(SampleTests.KOLMOGOROV_SMIRNOV, drawn, larger, window, 1);
    assertUnit(SampleTests.CRAMER_VON_MISES, drawn, larger, window, 1);
    assertUnit(SampleTests.ANDERSON_DARLING, drawn, larger, window, 1);
    for (SampleTest<double[]> test :
        List.of(
            SampleTests.WASSERSTEIN,
            SampleTests.WASSERSTEIN_NORMED,
            SampleTests.ENERGY,
            SampleTests.KOLMOGOROV_SMIRNOV)) {
      assertThat(test.compare(drawn.reference(), drawn.reference()).statistic()).isZero();
    }
  }

  private static void assertUnit(
      SampleTest<double[]> test, Drawn drawn, double[] reference, double[] window, double by) {
    assertThat(test.compare(reference, window).statistic())
        .as(test.name())
        .isCloseTo(
            by * test.compare(drawn.reference(), drawn.window()).statistic(), within(ROUNDING));
  }

  /** Moved by so much, W1 is so much. */
  @Property(tries = 300)
  void aSampleThatIsMovedIsSoFarAway(@ForAll("drawn") Drawn drawn, @ForAll("shifts") double shift) {
    double[] moved = Arrays.stream(drawn.reference()).map(x -> x + shift).toArray();
    assertThat(SampleTests.WASSERSTEIN.compare(drawn.reference(), moved).statistic())
        .isCloseTo(Math.abs(shift), within(ROUNDING));
  }

  /** Each p-value is at most the level about as often as the level says. */
  @Example
  void independentDrawsAreRejectedAsOftenAsTheLevelSays() {
    Random random = new Random(5);
    int draws = 1_500;
    int[] rejected = new int[SampleTests.ofNumbers().size()];
    for (int i = 0; i < draws; i++) {
      double[] reference = random.doubles(60).toArray();
      double[] window = random.doubles(40).toArray();
      for (int k = 0; k < rejected.length; k++) {
        double p = SampleTests.ofNumbers().get(k).compare(reference, window).pValue().orElse(1);
        rejected[k] += p <= 0.05 ? 1 : 0;
      }
    }
    for (int k = 0; k < rejected.length; k++) {
      SampleTest<double[]> test = SampleTests.ofNumbers().get(k);
      boolean hasPValue =
          test.compare(new double[] {1, 2, 3, 4, 5}, new double[] {2, 3, 4, 5, 7})
              .pValue()
              .isPresent();
      assertThat(rejected[k] / (double) draws)
          .as(test.name())
          .isBetween(hasPValue ? 0.03 : 0, hasPValue ? 0.07 : 0);
    }
  }

  @Example
  void namesBelongToOneEachAndPagesCanShowThem() {
    assertThat(SampleTests.all()).extracting(SampleTest::name).doesNotHaveDuplicates();
    assertThat(SampleTests.all())
        .hasSize(
            SampleTests.ofNumbers().size()
                + SampleTests.ofRows().size()
                + SampleTests.ofCounts().size())
        .allSatisfy(
            test -> {
              assertThat(test.name()).matches("[a-z][a-z0-9_]*");
              assertThat(List.of(test.description(), test.source()))
                  .allSatisfy(text -> assertThat(text).isNotBlank().doesNotContain("|", "\n"));
            });
  }

  @Provide
  Arbitrary<SampleTest<double[]>> tests() {
    return Arbitraries.of(SampleTests.ofNumbers());
  }

  @Provide
  Arbitrary<Double> shifts() {
    return Arbitraries.of(-3.0, -0.25, 0.0, 1.0, 100.0);
  }

  /** Continuous values, and few different ones, with ties across. */
  @Provide
  Arbitrary<Drawn> drawn() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(8, 80),
            Arbitraries.integers().between(8, 80),
            Arbitraries.of(12, 1_000_000))
        .as(
            (seed, n, m, distinct) -> {
              Random random = new Random(seed);
              return new Drawn(numbers(random, n, distinct), numbers(random, m, distinct));
            });
  }

  private static double[] numbers(Random random, int n, int distinct) {
    double[] numbers = random.doubles(n).map(u -> (long) (u * distinct) / 8.0).toArray();
    for (int i = 0; i < 5; i++) {
      numbers[i] = i * distinct / 40.0 + i;
    }
    return numbers;
  }
}

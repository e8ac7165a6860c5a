package io.leat.drift.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What tests of two samples give; {@code PublishedValuesTest} has what others published. */
class SampleTestsTest {
  private static final double CLOSE = 1e-9;
  private static final double[] REFERENCE =
      IntStream.range(0, 40).mapToDouble(i -> i * i * 7 % 31).toArray();
  private static final double[] WINDOW =
      IntStream.range(0, 25).mapToDouble(i -> i * 5 % 29 + 3).toArray();

  /** Values of SciPy 1.17.1, of samples with ties; the window is moved by the second column. */
  @ParameterizedTest(name = "{0} + {1}")
  @CsvSource({
    "ks, 0, 0.235, 0.3118006680379124",
    "w1, 0, 4.925,",
    "w1_std, 0, 0.5753670555346865,",
    "energy, 0, 1.3134877235817624,",
    "cvm, 0, 0.4503461538461533, 0.05335558405221075",
    "ad, 0, 2.5266867853930854, 0.029924919361589773",
    "ad, 1, 3.913598458860919, 0.00869647428593078",
    "ad, 4, 8.157763819737408, 0.001",
    "epps_singleton, 0, 9.281323435138606, 0.05443976961408554",
    "mann_whitney, 0, 339, 0.030274604468606615",
    "t_pooled, 0, -2.2115305056583465, 0.03063488264890626",
    "t_welch, 0, -2.2013454628329185, 0.032324594364001785",
  })
  void testsOfNumbersGiveWhatScipyGives(String name, double by, double statistic, Double pValue) {
    SampleTest<double[]> test = test(SampleTests.ofNumbers(), name);
    double[] window = IntStream.range(0, 25).mapToDouble(i -> WINDOW[i] + by).toArray();

    SampleTest.Result result = test.compare(REFERENCE, window);

    assertResult(result, statistic, pValue);
  }

  @ParameterizedTest
  @CsvSource({
    "chi2_one_way, 5.2137085137085135, 0.15680074261210739",
    "g_one_way, 5.256198008857677, 0.15397002118203731",
  })
  void testsOfCountsGiveWhatScipyGives(String name, double statistic, Double pValue) {
    assertResult(
        test(SampleTests.ofCounts(), name)
            .compare(new long[] {30, 12, 7, 9}, new long[] {20, 15, 9, 11}),
        statistic,
        pValue);
  }

  @ParameterizedTest
  @CsvSource({
    "fisher_exact, 1.875, 0.2340063435402145",
    "proportions_z, 1.3080944580232394, 0.1908412729609591",
  })
  void testsOfTwoBucketsGiveWhatScipyGives(String name, double statistic, Double pValue) {
    assertResult(
        test(SampleTests.ofCounts(), name).compare(new long[] {30, 12}, new long[] {20, 15}),
        statistic,
        pValue);
  }

  private static void assertResult(SampleTest.Result result, double statistic, Double pValue) {
    assertThat(result.statistic()).isCloseTo(statistic, within(CLOSE));
    assertThat(result.pValue().isPresent()).isEqualTo(pValue != null);
    if (pValue != null) {
      assertThat(result.pValue().getAsDouble()).isCloseTo(pValue, within(CLOSE));
    }
  }

  /** The authors' correction of small samples. */
  @Test
  void eppsSingletonIsLessOfSmallSamples() {
    assertResult(
        SampleTests.EPPS_SINGLETON.compare(
            IntStream.range(0, 20).mapToDouble(i -> REFERENCE[i]).toArray(),
            IntStream.range(0, 20).mapToDouble(i -> WINDOW[i]).toArray()),
        2.601025312770394,
        0.6266415050133638);
  }

  /** Published by Frouros, cases fr-rbf-1 and fr-rbf-3. */
  @Test
  void theKernelIsOfTheHalvedSquare() {
    double[] x = {1, 2, 3};
    double[] y = {4, 5, 6};
    assertThat(MmdRbf.kernel(x, y, 0.5)).isCloseTo(3.53262857e-24, within(1e-30));
    assertThat(MmdRbf.kernel(x, y, 2)).isCloseTo(0.03421812, within(1e-8));
  }

  /** Published by Frouros, case fr-permutation-auto. */
  @Test
  void noPermutationAsGreatIsNoProbabilityOfNothing() {
    assertThat(Permutations.pValue(0, 100)).isCloseTo(0.009900990099009901, within(1e-15));
  }

  /** Case ev-tvd-perm: 20,000 permutations of an independent program give 0.967. */
  @Test
  void permutationsThatAreJustAsFarApartCount() {
    assertThat(
            SampleTests.TOTAL_VARIATION_PERMUTATION
                .compare(new long[] {16, 18, 16, 14, 12, 12}, new long[] {16, 16, 16, 16, 16, 8})
                .pValue()
                .orElseThrow())
        .isCloseTo(0.967, within(0.015));
  }

  @Test
  void permutationsGiveAPValueToDistances() {
    Random random = new Random(3);
    double[] reference = random.doubles(80).toArray();
    double[] alike = random.doubles(60).toArray();
    double[] moved = random.doubles(60).map(x -> x + 0.3).toArray();

    for (SampleTest<double[]> test :
        List.of(SampleTests.WASSERSTEIN, SampleTests.WASSERSTEIN_NORMED, SampleTests.ENERGY)) {
      SampleTest<double[]> permuted = SampleTests.permuted(test, 199, 5);
      assertThat(permuted.compare(reference, moved).pValue().orElseThrow())
          .as(permuted.name())
          .isEqualTo(1 / 200.0);
      assertThat(permuted.compare(reference, alike).pValue().orElseThrow()).isGreaterThan(0.05);
      assertThat(permuted.compare(reference, alike)).isEqualTo(permuted.compare(reference, alike));
      assertThat(permuted.compare(reference, alike).statistic())
          .isEqualTo(test.compare(reference, alike).statistic());
    }
  }

  /** Same columns, each for itself; only together they tell. */
  @Test
  void testsOfRowsSeeWhatNoColumnShows() {
    Random random = new Random(11);
    double[][] reference = rows(random, 300, 0);
    double[][] alike = rows(random, 300, 0);
    double[][] together = rows(random, 300, 0.9);

    assertThat(SampleTests.CLASSIFIER_AUC.compare(reference, alike).statistic())
        .isBetween(0.4, 0.6);
    assertThat(SampleTests.CLASSIFIER_AUC.compare(reference, together).statistic())
        .isGreaterThan(0.7);
    assertThat(SampleTests.CLASSIFIER_AUC.compare(reference, together))
        .isEqualTo(SampleTests.CLASSIFIER_AUC.compare(reference, together));
    assertThat(SampleTests.MMD_RBF.compare(reference, alike).statistic()).isBetween(-0.01, 0.01);
    assertThat(SampleTests.MMD_RBF.compare(reference, together).statistic()).isGreaterThan(0.02);
    assertThat(
            SampleTests.permuted(SampleTests.MMD_RBF, 19, 1).compare(reference, together).pValue())
        .hasValue(0.05);
  }

  private static double[][] rows(Random random, int n, double correlation) {
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      double y = correlation * x + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
      rows[i] = new double[] {x, y};
    }
    return rows;
  }

  @Test
  void theClassifierTellsApartWhatDoesNotOverlap() {
    double[][] reference = new double[50][];
    double[][] window = new double[30][];
    for (int i = 0; i < 50; i++) {
      reference[i] = new double[] {i, 1};
      window[i % 30] = new double[] {100 + i, 1};
    }
    assertThat(SampleTests.CLASSIFIER_AUC.compare(reference, window).statistic())
        .isGreaterThan(0.95);
  }

  /** One draw may be 0.1 off; a classifier that knew its own fold would be far above. */
  @Test
  void theClassifierHasHalfOfTheAreaWhereNothingDiffers() {
    Random random = new Random(13);
    double sum = 0;
    for (int i = 0; i < 20; i++) {
      sum +=
          SampleTests.CLASSIFIER_AUC
              .compare(rows(random, 200, 0.5), rows(random, 150, 0.5))
              .statistic();
    }
    assertThat(sum / 20).isBetween(0.46, 0.54);
  }

  /** What the reference does not have is impossible to the one-way tests. */
  @Test
  void aNewBucketIsImpossibleWhereSharesAreExact() {
    for (SampleTest<long[]> test : List.of(SampleTests.CHI_SQUARE_ONE_WAY, SampleTests.G_ONE_WAY)) {
      SampleTest.Result result = test.compare(new long[] {5, 5, 0}, new long[] {5, 5, 1});
      assertThat(result.statistic()).isInfinite();
      assertThat(result.pValue()).hasValue(0);
      assertThat(test.compare(new long[] {5, 0}, new long[] {3, 0}).pValue()).hasValue(1);
    }
  }

  @Test
  void testsOfCountsMayChangeSidesWhereTheySaySo() {
    long[] reference = {30, 12};
    long[] window = {9, 8};
    for (SampleTest<long[]> test : SampleTests.ofCounts()) {
      double there = test.compare(reference, window).pValue().orElseThrow();
      double back = test.compare(window, reference).pValue().orElseThrow();
      assertThat(Math.abs(there - back) < CLOSE).as(test.name()).isEqualTo(test.isSymmetric());
    }
  }

  @Test
  void whatCannotBeComparedIsRefused() {
    double[] numbers = {1, 2, 3, 4, 5, 6};
    assertRefused(SampleTests.CRAMER_VON_MISES, numbers, new double[] {1}, "cvm: a sample of 1");
    assertRefused(SampleTests.WASSERSTEIN, numbers, new double[] {Double.NaN}, "with NaN");
    assertRefused(SampleTests.ANDERSON_DARLING, new double[2], new double[2], "all values are 0.0");
    assertRefused(SampleTests.EPPS_SINGLETON, new double[9], new double[9], "quartiles");
    assertRefused(SampleTests.T_WELCH, new double[2], new double[2], "constant");
    assertRefused(SampleTests.FISHER_EXACT, new long[3], new long[2], "3 and 2 buckets");
    assertRefused(
        SampleTests.FISHER_EXACT, new long[] {1, 2, 3}, new long[] {1, 2, 3}, "3 buckets");
    assertRefused(SampleTests.G_ONE_WAY, new long[] {1, -2}, new long[2], "0 or more");
    assertRefused(
        SampleTests.MMD_RBF, new double[][] {{1}, {2}}, new double[][] {{1, 2}, {3}}, "rows of 1");
    assertThatThrownBy(() -> SampleTests.mmdRbf(0)).hasMessageContaining("more than 0");
    assertThatThrownBy(() -> SampleTests.permuted(SampleTests.ENERGY, 0, 1))
        .hasMessageContaining("1 or more");
  }

  private static <S> void assertRefused(SampleTest<S> test, S reference, S window, String message) {
    assertThatThrownBy(() -> test.compare(reference, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(test.name())
        .hasMessageContaining(message);
  }

  @Test
  void pValuesAreAdjustedToTheirNumber() {
    double[] pValues = {0.04, 0.001, 0.9, 0.02};
    assertThat(AdjustedPValues.bonferroni(pValues)).containsExactly(0.16, 0.004, 1, 0.08);
    assertThat(AdjustedPValues.benjaminiHochberg(pValues))
        .containsExactly(new double[] {0.04 * 4 / 3, 0.004, 0.9, 0.04}, within(1e-15));
    assertThat(AdjustedPValues.benjaminiHochberg(new double[0])).isEmpty();
  }

  private static <S> SampleTest<S> test(List<SampleTest<S>> tests, String name) {
    return tests.stream().filter(test -> test.name().equals(name)).findFirst().orElseThrow();
  }
}

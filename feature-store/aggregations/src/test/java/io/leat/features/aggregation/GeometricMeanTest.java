package io.leat.features.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Expected values are those of {@code scipy.stats.gmean(numbers, dtype=numpy.longdouble)} (SciPy
 * 1.17.1), printed as doubles: with logarithms of 64 bits, so that they are right to the last digit
 * or two for great and little numbers too.
 */
class GeometricMeanTest {
  private static final double ROUNDING = 1e-13; // percent: 1e-15

  @ParameterizedTest
  @CsvSource({
    "100, 100",
    "12.5 99.99 3.2 47.1 250, 34.244867888092344",
    "1.8 1.166667 1.428571, 1.442249563439512",
    "1 2 3 4 5 6 7, 3.3800151591412964",
    "0.1 0.2 0.3, 0.18171205928321396",
    "0.999999999 1.000000001 0.99999, 0.9999966666555555",
    "1e308 1e300 1e200, 2.1544346900318838e269",
    "1e308 1e-308, 1",
    "1e-300 1e-200, 9.999999999999999e-251",
    "5e-324 1e-320 1e-310, 1.70318e-318",
  })
  void isThatOfScipy(String numbers, double expected) {
    assertThat((Double) mean(numbers(numbers))).isCloseTo(expected, withinPercentage(ROUNDING));
  }

  @Test
  void aLargeWindowDoesNotOverflow() {
    assertThat((Double) mean(IntStream.rangeClosed(1, 1_000).asDoubleStream()))
        .isCloseTo(369.4916634719599, withinPercentage(ROUNDING));
    assertThat((Double) mean(IntStream.rangeClosed(1, 100_000).mapToDouble(i -> i * 1e300)))
        .isCloseTo(3.6790399942305207e304, withinPercentage(ROUNDING));
  }

  @ParameterizedTest
  @CsvSource({
    "2 8, 4",
    "1 1 1, 1",
    "0x1p-1000 0x1p1000, 1",
    "4.9e-324 4.9e-324, 4.9e-324",
  })
  void isExactOfPowersOfTwo(String numbers, double expected) {
    assertThat(mean(numbers(numbers))).isEqualTo(expected);
  }

  /** The sets of the catalogue's laws nearly all have a number below 0, and so no value. */
  @Test
  void orderAndTilesChangeNoBit() {
    Random random = new Random(7);
    List<InputValue> set =
        random
            .doubles(500, -700, 700)
            .mapToObj(logarithm -> Samples.number(Math.exp(logarithm), 0))
            .collect(Collectors.toCollection(ArrayList::new));
    Object value = TestWindow.of(AggregateFunctions.GEOMETRIC_MEAN, set).first();
    for (int i = 0; i < 100; i++) {
      Collections.shuffle(set, random);
      int edge = random.nextInt(set.size());
      TestWindow window = TestWindow.of(AggregateFunctions.GEOMETRIC_MEAN, set.subList(0, edge));
      window.merge(TestWindow.of(AggregateFunctions.GEOMETRIC_MEAN, set.subList(edge, set.size())));
      assertThat(window.first()).isInstanceOf(Double.class).isEqualTo(value);
    }
  }

  /** Of some counts, rounding alone would take it beyond all doubles. */
  @Test
  void ofTheGreatestDoublesItIsFinite() {
    TestWindow window = new TestWindow(AggregateFunctions.GEOMETRIC_MEAN);
    for (int count = 1; count <= 200; count++) {
      window.add(Samples.number(Double.MAX_VALUE, 0));
      assertThat((Double) window.first())
          .isFinite()
          .isCloseTo(Double.MAX_VALUE, withinPercentage(ROUNDING));
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "0 5", "1e308 0 3"})
  void aZeroMakesItZero(String numbers) {
    assertThat(mean(numbers(numbers))).isEqualTo(0.0);
  }

  @ParameterizedTest
  @CsvSource({"-1", "1 -1", "-2 -8", "0 -1", "-1 0"})
  void ofANumberBelowZeroThereIsNone(String numbers) {
    assertThat(mean(numbers(numbers))).isEqualTo(NullReason.NOT_FINITE);
  }

  @Test
  void ofNoNumberThereIsNone() {
    assertThat(AggregateFunctions.GEOMETRIC_MEAN.emptyValue()).isNull();
  }

  private static DoubleStream numbers(String numbers) {
    return Arrays.stream(numbers.split(" ")).mapToDouble(Double::parseDouble);
  }

  private static Object mean(DoubleStream numbers) {
    return TestWindow.of(
            AggregateFunctions.GEOMETRIC_MEAN,
            numbers.mapToObj(number -> Samples.number(number, 0)).toList())
        .first();
  }
}

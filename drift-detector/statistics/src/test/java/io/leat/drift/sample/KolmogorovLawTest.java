package io.leat.drift.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of SciPy 1.17.1: {@code ks_2samp(method="exact")} and {@code kstwobign.sf}. */
class KolmogorovLawTest {
  @ParameterizedTest
  @CsvSource({
    "0.42857142857142855, 7, 5, 0.5454545454545454",
    "0.235, 40, 25, 0.3118006680379124",
    "0.1, 200, 300, 0.18130044993812258",
    "0.03, 200, 300, 0.9999165616634096",
    "0.01, 200, 300, 1",
    "0, 3, 4, 1",
    "0, 3000, 4000, 1",
  })
  void givesWhatOthersGive(double distance, long n, long m, double pValue) {
    assertThat(KolmogorovLaw.pValue(distance, n, m)).isCloseTo(pValue, within(1e-12));
    assertThat(KolmogorovLaw.pValue(distance, m, n)).isCloseTo(pValue, within(1e-12));
  }

  /** Of 252 orders of five and five, two have all of one before all of the other. */
  @Test
  void noOverlapHasTheProbabilityOfTwoOrders() {
    assertThat(KolmogorovLaw.pValue(1, 5, 5)).isCloseTo(2 / 252.0, within(1e-15));
    assertThat(KolmogorovLaw.pValue(1, 1, 1)).isEqualTo(1);
  }

  @Test
  void theLimitIsNearWhereItTakesOver() {
    for (double distance = 0.05; distance < 0.3; distance += 0.01) {
      double lattice = Math.rint(distance * 100) / 100;
      assertThat(KolmogorovLaw.pValue(lattice, 100, 101))
          .isCloseTo(KolmogorovLaw.pValue(lattice, 100, 100), within(0.04));
    }
  }

  @Test
  void tiesAreOneStep() {
    assertThat(KolmogorovLaw.distance(new double[] {1, 1, 2}, new double[] {1, 2, 2}))
        .isCloseTo(1 / 3.0, within(1e-15));
    assertThat(KolmogorovLaw.distance(new double[] {1, 1}, new double[] {1})).isZero();
  }
}

package io.leat.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Rows that have some figure not at all. */
class EdgesTest {
  @Test
  void aScoreThatIsNoNumberIsRefusedByItsPlace() {
    assertThatThrownBy(() -> Auc.of(new double[] {0.5, Double.NaN}, new boolean[] {true, false}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("score 1 is NaN");
  }

  @Test
  void labelsThatAreAllAlikeHaveNoArea() {
    Performance found =
        Performance.of(new double[] {0.1, 0.9}, new boolean[] {true, true}, new int[] {0, 1});

    assertThat(found.auc().value()).isNaN();
    assertThat(found.probabilities().orElseThrow().logLoss().value()).isPositive();
  }

  @Test
  void scoresThatAreNoProbabilitiesHaveAnAreaOnly() {
    Performance.Pair found =
        Performance.pair(
            new double[] {0.1, 0.9, 0.2, 0.8},
            new double[] {-3, 4, -1, 2},
            new boolean[] {false, true, false, true},
            new int[] {0, 1, 2, 3});

    assertThat(found.candidate().auc()).isEqualTo(new Estimate(1, 1, 1));
    assertThat(found.candidate().probabilities()).isEmpty();
    assertThat(found.baseline().probabilities()).isPresent();
    assertThat(found.logLoss()).isEmpty();
    assertThat(found.brier()).isEmpty();
  }

  @Test
  void partedLabelsHaveNoCalibrationLine() {
    Calibration found =
        Calibration.of(new double[] {0.1, 0.2, 0.8, 0.9}, new boolean[] {false, false, true, true});

    assertThat(found.slope()).isNaN();
    assertThat(found.intercept()).isNaN();
    assertThat(found.error()).isCloseTo(0.15, within(1e-12));
  }

  @Test
  void oneClusterHasNoInterval() {
    Estimate found = ClusteredMean.of(new double[] {1, 2}, new int[] {0, 0});

    assertThat(found.value()).isEqualTo(1.5);
    assertThat(found.low()).isNaN();
  }

  @Test
  void aVersionThatDecidedNothingHasNoSelfNormalisedEstimate() {
    OffPolicy found =
        OffPolicy.of(
            new double[] {1, 0}, new double[] {0.9, 0.9}, new boolean[2], new int[] {0, 1});

    assertThat(found.decided()).isZero();
    assertThat(found.selfNormalised()).isEqualTo(Estimate.NONE);
    assertThat(found.effectiveRows()).isZero();
  }

  @Test
  void aPropensityIsAChance() {
    assertThatThrownBy(
            () ->
                OffPolicy.of(
                    new double[] {1}, new double[] {0}, new boolean[] {true}, new int[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 0 has the propensity 0.0");
  }
}

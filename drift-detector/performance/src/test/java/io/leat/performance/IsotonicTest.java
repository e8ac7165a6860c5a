package io.leat.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IsotonicTest {
  private static final double EXACT = 1e-12;

  @Test
  void stepsThatFallArePooledByTheirWeights() {
    Isotonic fit =
        Isotonic.fit(
            new double[] {0.4, 0.1, 0.2, 0.3},
            new double[] {1, 0, 1, 0},
            new double[] {1, 1, 3, 1});

    assertThat(fit.of(0.05)).isZero();
    assertThat(fit.of(0.14)).isZero();
    assertThat(fit.of(0.16)).isEqualTo(0.75, within(EXACT));
    assertThat(fit.of(0.34)).isEqualTo(0.75, within(EXACT));
    assertThat(fit.of(0.36)).isEqualTo(1);
    assertThat(fit.of(7)).isEqualTo(1);
  }

  @Test
  void rowsOfOneScoreHaveOneLevel() {
    Isotonic fit =
        Isotonic.fit(
            new double[] {0.5, 0.5, 0.5, 0.5},
            new double[] {1, 0, 0, 0},
            new double[] {1, 1, 1, 1});

    assertThat(fit.of(0.1)).isEqualTo(0.25, within(EXACT));
    assertThat(fit.of(0.5)).isEqualTo(0.25, within(EXACT));
  }
}

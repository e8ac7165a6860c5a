package io.leat.retraining.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HolmTest {
  @Test
  void chancesAreAdjustedAsByHand() {
    // 4 * 0.005, 3 * 0.01, 2 * 0.03, and 0.04, which is not less than the one before.
    assertThat(Holm.adjusted(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
    assertThat(Holm.levels(new double[] {0.01, 0.04, 0.03, 0.005}, 0.06))
        .containsExactly(new double[] {0.02, 0.06, 0.03, 0.015}, within(1e-15));
    assertThat(Holm.adjusted(new double[] {0.7, 0.9})).containsExactly(1, 1);
    assertThat(Holm.adjusted(new double[0])).isEmpty();
  }
}

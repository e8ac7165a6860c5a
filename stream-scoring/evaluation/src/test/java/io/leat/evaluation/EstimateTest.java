package io.leat.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Figures of different rows, put together. */
class EstimateTest {
  private static final Estimate EXACT = new Estimate(0.5, Double.NaN, Double.NaN);

  @Test
  void variancesOfADifferenceAddUp() {
    Estimate less = Estimate.normal(0.9, 0.03).less(Estimate.normal(0.7, 0.04));

    assertThat(less.value()).isEqualTo(0.2, within(1e-12));
    assertThat(less.standardError()).isEqualTo(0.05, within(1e-12));
  }

  @Test
  void oneWithoutAnIntervalCountsAsExact() {
    Estimate sample = Estimate.normal(0.9, 0.03);

    assertThat(sample.less(EXACT).standardError()).isEqualTo(0.03, within(1e-12));
    assertThat(EXACT.less(sample).standardError()).isEqualTo(0.03, within(1e-12));
    assertThat(EXACT.less(EXACT).value()).isZero();
    assertThat(EXACT.less(EXACT).low()).isNaN();
  }

  @Test
  void aMeanIsSurerThanItsParts() {
    Estimate mean = Estimate.mean(List.of(Estimate.normal(0.6, 0.04), Estimate.normal(0.8, 0.04)));

    assertThat(mean.value()).isEqualTo(0.7, within(1e-12));
    assertThat(mean.standardError()).isEqualTo(0.04 / Math.sqrt(2), within(1e-12));
  }
}

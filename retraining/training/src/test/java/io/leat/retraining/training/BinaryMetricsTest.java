package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BinaryMetricsTest {
  @Test
  void aPerfectOrderHasAreaOneAndAReversedOneZero() {
    boolean[] labels = {false, false, true, true};
    assertThat(BinaryMetrics.of(new double[] {0.1, 0.2, 0.8, 0.9}, labels).auc()).isEqualTo(1);
    assertThat(BinaryMetrics.of(new double[] {0.9, 0.8, 0.2, 0.1}, labels).auc()).isZero();
  }

  @Test
  void theAreaIsTheShareOfPairsInTheRightOrderWithTiesCountingHalf() {
    Random random = new Random(7);
    double[] probabilities = random.doubles(300).map(p -> Math.round(p * 20) / 20.0).toArray();
    boolean[] labels = new boolean[300];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = random.nextDouble() < probabilities[i];
    }
    double right = 0;
    long pairs = 0;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < labels.length; j++) {
        if (labels[i] && !labels[j]) {
          pairs++;
          right += probabilities[i] > probabilities[j] ? 1 : 0;
          right += probabilities[i] == probabilities[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(BinaryMetrics.of(probabilities, labels).auc())
        .isCloseTo(right / pairs, within(1e-12));
  }

  @Test
  void logLossIsTheMeanSurprise() {
    BinaryMetrics metrics = BinaryMetrics.of(new double[] {0.8, 0.4}, new boolean[] {true, false});
    assertThat(metrics.logLoss()).isCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, within(1e-12));
    assertThat(metrics.baselineLogLoss()).isCloseTo(Math.log(2), within(1e-12));
    // Of two values the standard error of the mean is half of their distance.
    double half = 1.959963984540054 * Math.log(0.8 / 0.6) / 2;
    assertThat(metrics.logLossLow()).isCloseTo(metrics.logLoss() - half, within(1e-12));
    assertThat(metrics.logLossHigh()).isCloseTo(metrics.logLoss() + half, within(1e-12));
  }

  @Test
  void aCertainErrorCostsMuchButNotEverything() {
    assertThat(BinaryMetrics.of(new double[] {0}, new boolean[] {true}).logLoss())
        .isBetween(34.0, 35.0);
  }
}

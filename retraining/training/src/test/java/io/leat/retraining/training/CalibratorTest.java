package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.evaluation.Calibration;
import java.util.EnumSet;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class CalibratorTest {
  private final double[] margins = new double[20_000];
  private final boolean[] labels = new boolean[20_000];

  private void draw(DoubleUnaryOperator probability) {
    Random random = new Random(6);
    for (int i = 0; i < margins.length; i++) {
      margins[i] = 3 * random.nextGaussian();
      labels[i] = random.nextDouble() < probability.applyAsDouble(margins[i]);
    }
  }

  private static double logistic(double margin) {
    return 1 / (1 + Math.exp(-margin));
  }

  @Test
  void plattFindsTheLine() {
    draw(margin -> logistic(0.4 * margin - 1));
    Links.Logistic line = PlattScaling.fit(margins, labels);
    assertThat(line.slope()).isCloseTo(0.4, within(0.03));
    assertThat(line.intercept()).isCloseTo(-1, within(0.05));
  }

  @Test
  void plattOfPartedLabelsIsFinite() {
    Links.Logistic line =
        PlattScaling.fit(new double[] {-2, -1, 1, 2}, new boolean[] {false, false, true, true});
    // The drawn-in targets are 1/4 and 3/4, so that the middle of each side is there.
    assertThat(line.predict(new double[] {1.5})[1]).isBetween(0.7, 0.85);
    assertThat(line.predict(new double[] {0})[1]).isCloseTo(0.5, within(1e-6));
  }

  @Test
  void isotonicPoolsWhatFalls() {
    IsotonicLink link =
        IsotonicLink.fit(
            new double[] {5, 1, 2, 3, 4, 6}, new boolean[] {true, false, true, false, false, true});
    // By margin: 0 1 0 0 1 1; the second to the fourth are pooled to 1/3.
    assertThat(link.borders()).containsExactly(1.5, 4.5);
    assertThat(link.levels()[0]).isEqualTo(1.0 / 8);
    assertThat(link.levels()[1]).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(link.levels()[2]).isEqualTo(7.0 / 8);
    assertThat(link.predict(new double[] {1.5})[1]).isEqualTo(link.levels()[1]);
    assertThat(link.predict(new double[] {Math.nextDown(1.5)})[1]).isEqualTo(link.levels()[0]);
  }

  @Test
  void isotonicLevelsRiseAndAreCalibrated() {
    draw(margin -> margin < -1 ? 0.05 : margin < 2 ? 0.3 : 0.9);
    IsotonicLink link = IsotonicLink.fit(margins, labels);
    assertThat(link.levels()).isSorted();
    assertThat(link.borders()).isSorted().hasSize(link.levels().length - 1);
    double[] probabilities = new double[margins.length];
    for (int i = 0; i < margins.length; i++) {
      probabilities[i] = link.predict(new double[] {margins[i]})[1];
    }
    assertThat(Calibration.of(probabilities, labels).error()).isLessThan(0.005);
  }

  @Test
  void theMethodWithTheLeastErrorIsChosen() {
    EnumSet<CalibrationMethod> all = EnumSet.allOf(CalibrationMethod.class);
    draw(margin -> margin < -1 ? 0.05 : margin < 2 ? 0.3 : 0.9);
    assertThat(Calibrator.choose(all, margins, labels).method())
        .isEqualTo(CalibrationMethod.ISOTONIC);
    draw(margin -> logistic(0.4 * margin - 1));
    assertThat(Calibrator.choose(all, margins, labels).method())
        .isNotEqualTo(CalibrationMethod.NONE);
    assertThat(Calibrator.choose(EnumSet.of(CalibrationMethod.NONE), margins, labels).method())
        .isEqualTo(CalibrationMethod.NONE);
  }
}

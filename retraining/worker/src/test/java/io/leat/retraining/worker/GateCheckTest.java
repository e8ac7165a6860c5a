package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Gates;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which challengers pass. */
class GateCheckTest {
  private static final Gates AUC = gates(OptionalDouble.of(0.005));

  @Test
  void aChallengerThatTellsLabelsApartPassesBesideOneThatGuesses() {
    GateResult auc = of(AUC, rows(2_000, 2, 0)).get(0);

    assertThat(auc.getVerdict()).isEqualTo(GateVerdict.PASS);
    assertThat(auc.getLow()).isGreaterThan(0.1);
    assertThat(auc.getRows()).isEqualTo(2_000);
  }

  @Test
  void aChallengerThatGuessesFailsBesideOneThatDoesNot() {
    GateResult auc = of(AUC, rows(2_000, 0, 2)).get(0);

    assertThat(auc.getVerdict()).isEqualTo(GateVerdict.FAIL);
    assertThat(auc.getHigh()).isLessThan(-0.1);
  }

  @Test
  void fewRowsDoNotTell() {
    assertThat(of(AUC, rows(20, 1, 1)).get(0).getVerdict()).isEqualTo(GateVerdict.INCONCLUSIVE);
    assertThat(of(AUC, rows(0, 1, 1)).get(0).getVerdict()).isEqualTo(GateVerdict.INCONCLUSIVE);
  }

  @Test
  void lossAndCalibrationAreOfProbabilities() {
    Gates gates =
        new Gates(
            OptionalDouble.empty(),
            OptionalDouble.of(0.01),
            OptionalDouble.of(0.05),
            Optional.empty());

    assertThat(of(gates, rows(2_000, 2, 0.2)))
        .extracting(GateResult::getGate, GateResult::getVerdict)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("loss", GateVerdict.PASS),
            org.assertj.core.api.Assertions.tuple("calibration", GateVerdict.PASS));
    Comparison margins =
        new Comparison(
            new boolean[] {true, false},
            new double[] {3, -2},
            Optional.of(new double[] {3, -2}),
            1);
    assertThat(of(gates, margins))
        .extracting(GateResult::getVerdict)
        .containsOnly(GateVerdict.INCONCLUSIVE);
  }

  @Test
  void aChampionThatReadsOtherFeaturesLeavesItOpen() {
    Comparison rows = rows(100, 1, 1);
    Comparison alone =
        new Comparison(rows.labels(), rows.challenger(), Optional.empty(), rows.latencyNanos());

    assertThat(GateCheck.of(AUC, alone, true).get(0).getVerdict())
        .isEqualTo(GateVerdict.INCONCLUSIVE);
    assertThat(GateCheck.of(AUC, alone, false)).as("without a champion").isEmpty();
  }

  @Test
  void latencyIsHeldAgainstItsLimit() {
    Comparison rows = rows(100, 1, 1);
    for (long limit : new long[] {rows.latencyNanos(), rows.latencyNanos() - 1}) {
      Gates gates =
          new Gates(
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              Optional.of(Duration.ofNanos(limit)));

      assertThat(of(gates, rows).get(0).getVerdict())
          .isEqualTo(limit >= rows.latencyNanos() ? GateVerdict.PASS : GateVerdict.FAIL);
    }
  }

  private static List<GateResult> of(Gates gates, Comparison rows) {
    return GateCheck.of(gates, rows, true);
  }

  private static Gates gates(OptionalDouble auc) {
    return new Gates(auc, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty());
  }

  /**
   * @param challenger how far its logit goes with the label, 0: not at all
   */
  private static Comparison rows(int count, double challenger, double champion) {
    Random random = new Random(7);
    boolean[] labels = new boolean[count];
    double[] after = new double[count];
    double[] before = new double[count];
    for (int row = 0; row < count; row++) {
      labels[row] = random.nextBoolean();
      double toward = labels[row] ? 1 : -1;
      after[row] = sigmoid(challenger * (toward + random.nextGaussian()));
      before[row] = sigmoid(champion * (toward + random.nextGaussian()));
      if (challenger == 0) {
        after[row] = random.nextDouble();
      }
      if (champion == 0) {
        before[row] = random.nextDouble();
      }
    }
    return new Comparison(labels, after, Optional.of(before), 1_000_000);
  }

  private static double sigmoid(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }
}

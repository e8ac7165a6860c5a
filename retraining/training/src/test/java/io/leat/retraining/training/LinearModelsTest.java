package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinearModelsTest {
  static Stream<TrainingPlan> plans() {
    TrainingPlan binary = TrainingPlan.of(Algorithm.LOGISTIC, Kind.BINARY);
    return Stream.of(
        binary,
        binary.withFolds(3).withCalibrations(EnumSet.of(CalibrationMethod.PLATT)),
        binary.withFolds(3).withCalibrations(EnumSet.of(CalibrationMethod.ISOTONIC)),
        TrainingPlan.of(Algorithm.LOGISTIC, Kind.multiclass(3)),
        TrainingPlan.of(Algorithm.LINEAR, Kind.REGRESSION));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void theFileGivesTheModelsOwnPredictionsAndTheSameBytesAgain(TrainingPlan plan) throws Exception {
    TrainingSet set = Rows.of(plan.kind(), 3_000, 11);

    TrainingResult result = Trainer.train(set, plan, Rows.METADATA, ProgressListener.NONE);

    float[][] rows =
        set.rows().stream().limit(500).map(TrainingSet.Row::values).toArray(float[][]::new);
    float[][] found = OnnxFile.run(result.onnx(), plan.kind(), rows);
    for (int i = 0; i < rows.length; i++) {
      double[] expected = result.predictor().predict(rows[i]);
      assertThat(found[i]).hasSameSizeAs(expected);
      for (int k = 0; k < expected.length; k++) {
        assertThat((double) found[i][k])
            .isCloseTo(expected[k], within(1e-7 * Math.max(1, Math.abs(expected[k]))));
      }
    }
    assertThat(Trainer.train(set, plan, Rows.METADATA, ProgressListener.NONE).onnx())
        .isEqualTo(result.onnx());
    assertThat(result.report().holdOut().loss())
        .isLessThan(
            plan.kind().isClassification()
                ? 0.97 * result.report().holdOut().values().get("baseline_log_loss")
                : 0.97 * result.report().holdOut().values().get("baseline_rmse"));
  }

  @Test
  void ridgeFindsTheWeightsThatMadeTheLabels() {
    Random random = new Random(3);
    TrainingSet.Builder set = TrainingSet.builder(Rows.METADATA.features());
    for (int i = 0; i < 5_000; i++) {
      double[] values = {
        random.nextGaussian(), 50 + 5 * random.nextGaussian(), random.nextInt(2), 7
      };
      set.add(i, values, 3 + 2 * values[0] - 0.4 * values[1] + values[2]);
    }
    LinearMarginModel model =
        new RidgeRegression()
            .fit(
                set.build(),
                Kind.REGRESSION,
                Hyperparameters.of(Algorithm.LINEAR, Map.of("l2", 1e-6)),
                0,
                0);
    assertThat(model.margins(new float[] {1, 40, 1, 7})[0]).isCloseTo(-10, within(1e-6));
    assertThat(model.margins(new float[] {-2, 60, 0, 7})[0]).isCloseTo(-25, within(1e-6));
  }

  @Test
  void aDearerWeightIsASmallerOne() {
    TrainingSet set = Rows.of(Kind.REGRESSION, 1_000, 5);
    assertThat(sizeOfWeights(set, 1e4)).isLessThan(0.5 * sizeOfWeights(set, 1));
  }

  private static double sizeOfWeights(TrainingSet set, double l2) {
    double sum = 0;
    for (double weight :
        new RidgeRegression()
            .fit(set, Kind.REGRESSION, Hyperparameters.of(Algorithm.LINEAR, Map.of("l2", l2)), 0, 0)
            .weights()[0]) {
      sum += weight * weight;
    }
    return sum;
  }

  @Test
  void theCandidateWithTheLeastLossOnLaterRowsIsChosen() throws Exception {
    List<Hyperparameters> grid =
        List.of(
            Hyperparameters.of(Algorithm.LINEAR, Map.of("l2", 1e6)),
            Hyperparameters.of(Algorithm.LINEAR, Map.of("l2", 1.0)));
    List<Progress> told = new ArrayList<>();

    TrainingResult result =
        Trainer.train(
            Rows.of(Kind.REGRESSION, 2_000, 8),
            TrainingPlan.of(Algorithm.LINEAR, Kind.REGRESSION).withFolds(4).withGrid(grid),
            Rows.METADATA,
            told::add);

    assertThat(result.candidates()).hasSize(2);
    assertThat(result.candidates().get(0).folds()).hasSize(4);
    assertThat(result.candidates().get(1).validation().loss())
        .isLessThan(result.candidates().get(0).validation().loss());
    assertThat(result.chosen()).isEqualTo(grid.get(1));
    assertThat(told).extracting(Progress::fraction).isSorted().last().isEqualTo(1.0);
    assertThat(told.get(0).metrics())
        .containsEntry("candidate", 1.0)
        .containsEntry("validation_rmse", result.candidates().get(0).validation().loss());
  }

  @Test
  void whatTheListenerThrowsEndsTheTraining() {
    assertThatThrownBy(
            () ->
                Trainer.train(
                    Rows.of(Kind.REGRESSION, 200, 8),
                    TrainingPlan.of(Algorithm.LINEAR, Kind.REGRESSION),
                    Rows.METADATA,
                    progress -> {
                      throw new IllegalStateException("cancelled");
                    }))
        .hasMessage("cancelled");
  }

  @Test
  void aLabelOfAnotherKindIsRefusedInWords() {
    TrainingSet set = Rows.of(Kind.REGRESSION, 100, 1);
    assertThatThrownBy(
            () ->
                Trainer.train(
                    set,
                    TrainingPlan.of(Algorithm.LOGISTIC, Kind.multiclass(3)),
                    Rows.METADATA,
                    ProgressListener.NONE))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("expected a whole number from 0 to 2");
  }
}

package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BoostedTreesTest {
  private static final Hyperparameters SAMPLED =
      Hyperparameters.of(
          Algorithm.BOOSTED_TREES,
          Map.of("subsample", 0.7, "colsample_bytree", 0.7, "max_rounds", 60.0));

  private static TrainingPlan plan(Kind kind) {
    return TrainingPlan.of(Algorithm.BOOSTED_TREES, kind).withGrid(List.of(SAMPLED)).withFolds(3);
  }

  static Stream<TrainingPlan> plans() {
    return Stream.of(
        plan(Kind.BINARY).withCalibrations(EnumSet.of(CalibrationMethod.NONE)),
        plan(Kind.BINARY).withCalibrations(EnumSet.of(CalibrationMethod.PLATT)),
        plan(Kind.BINARY).withCalibrations(EnumSet.of(CalibrationMethod.ISOTONIC)),
        plan(Kind.multiclass(4)),
        plan(Kind.REGRESSION));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void theFileGivesTheModelsOwnPredictionsAndTheSameBytesAgain(TrainingPlan plan) throws Exception {
    TrainingSet set = Rows.of(plan.kind(), 3_000, 21);

    TrainingResult result = Trainer.train(set, plan, Rows.METADATA, ProgressListener.NONE);

    float[][] rows = set.rows().stream().map(TrainingSet.Row::values).toArray(float[][]::new);
    float[][] found = OnnxFile.run(result.onnx(), plan.kind(), rows);
    for (int i = 0; i < rows.length; i++) {
      double[] expected = result.predictor().predict(rows[i]);
      for (int k = 0; k < expected.length; k++) {
        assertThat((double) found[i][k])
            .isCloseTo(expected[k], within(1e-7 * Math.max(1, Math.abs(expected[k]))));
      }
    }
    assertThat(Trainer.train(set, plan, Rows.METADATA, ProgressListener.NONE).onnx())
        .isEqualTo(result.onnx());
    assertThat(Trainer.train(set, plan.withSeed(7), Rows.METADATA, ProgressListener.NONE).onnx())
        .isNotEqualTo(result.onnx());
    assertThat(result.report().holdOut().loss())
        .isLessThan(
            plan.kind().isClassification()
                ? 0.9 * result.report().holdOut().values().get("baseline_log_loss")
                : 0.5 * result.report().holdOut().values().get("baseline_rmse"));
  }

  @Test
  void boostingStopsWhereLaterRowsAreNoLongerPredictedBetter() throws Exception {
    Hyperparameters eager =
        Hyperparameters.of(
            Algorithm.BOOSTED_TREES,
            Map.of("learning_rate", 0.5, "max_rounds", 300.0, "early_stopping_rounds", 10.0));
    TrainingSet set = Rows.of(Kind.BINARY, 2_000, 4);
    Learner.Validation stopped =
        new BoostedTrees().validate(set.expandingFolds(3), Kind.BINARY, eager, 1);
    assertThat(stopped.rounds()).isBetween(1, 100);
    // What it gives is of the round that it names.
    for (int fold = 0; fold < 3; fold++) {
      TrainingSet.Split split = set.expandingFolds(3).get(fold);
      BoostedModel again =
          new BoostedTrees().fit(split.training(), Kind.BINARY, eager, 1, stopped.rounds());
      for (int i = 0; i < split.holdOut().size(); i++) {
        assertThat(stopped.margins().get(fold)[i][0])
            .isCloseTo(again.margins(split.holdOut().rows().get(i).values())[0], within(1e-5));
      }
    }
  }

  @Test
  void treesFindWhatALineDoesNot() throws Exception {
    TrainingSet set = Rows.of(Kind.BINARY, 6_000, 9);
    TrainingResult trees =
        Trainer.train(
            set,
            TrainingPlan.of(Algorithm.BOOSTED_TREES, Kind.BINARY),
            Rows.METADATA,
            ProgressListener.NONE);
    TrainingResult line = Trainer.train(set, Rows.METADATA);
    assertThat(trees.candidates()).hasSize(4);
    assertThat(trees.report().holdOut().values().get("auc"))
        .isGreaterThan(line.report().holdOut().values().get("auc") + 0.05);
  }
}

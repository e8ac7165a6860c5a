package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.leat.pipeline.model.ModelMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final ModelMetadata METADATA =
      new ModelMetadata(
          "fraud",
          3,
          "abc",
          List.of("view.z", "event.a", "view.constant", "event.flag"),
          Optional.of("4a49bd1e"));

  @Test
  void itFindsTheWeightsThatMadeTheLabels() {
    LinearMarginModel model =
        new LogisticRegression()
            .fit(
                set(20_000, 1),
                Kind.BINARY,
                Algorithm.LOGISTIC.defaultGrid().get(0),
                TrainingPlan.SEED,
                0);
    double[] weights = model.weights()[0];
    // Labels were drawn with logit 0.5 + 2 z - 0.01 (a - 500) + 1.5 flag; a has deviation 100, flag
    // 0.5.
    assertThat(weights[0]).isCloseTo(2.0, within(0.15));
    assertThat(weights[1]).isCloseTo(-1.0, within(0.1));
    assertThat(weights[2]).isZero();
    assertThat(weights[3]).isCloseTo(0.75, within(0.1));
  }

  @Test
  void theOnnxFileGivesTheModelsOwnProbabilities() throws Exception {
    TrainingSet set = set(5_000, 2);
    TrainingResult trained = Trainer.train(set, METADATA);
    float[][] rows =
        set.rows().stream().limit(500).map(TrainingSet.Row::values).toArray(float[][]::new);
    float[][] probabilities = run(trained.onnx(), rows);
    for (int i = 0; i < rows.length; i++) {
      double expected = trained.predictor().score(rows[i]);
      assertThat((double) probabilities[i][1]).isCloseTo(expected, within(1e-7));
      assertThat((double) probabilities[i][0]).isCloseTo(1 - expected, within(1e-7));
    }
  }

  @Test
  void theSameRowsGiveTheSameBytes() throws TrainingException {
    assertThat(Trainer.train(set(2_000, 3), METADATA).onnx())
        .isEqualTo(Trainer.train(set(2_000, 3), METADATA).onnx());
  }

  @Test
  void theReportMeasuresTheNewestRows() throws TrainingException {
    TrainingSet set = set(10_000, 4);
    TrainingReport report = Trainer.train(set, METADATA).report();
    assertThat(report.training().rows()).isEqualTo(8_000);
    assertThat(report.holdOut().rows()).isEqualTo(2_000);
    assertThat(report.holdOutFrom().toEpochMilli())
        .isEqualTo(set.rows().get(8_000).eventTimeMillis());
    BinaryMetrics holdOut = (BinaryMetrics) report.holdOut();
    // What the labels' own law would reach on these rows, measured independently of the trainer.
    assertThat(holdOut.auc()).isBetween(0.85, 0.95);
    assertThat(holdOut.logLoss()).isLessThan(0.75 * holdOut.baselineLogLoss());
  }

  @Test
  void theFileSaysWhatItWasMadeFor() throws Exception {
    TrainingResult trained = Trainer.train(set(1_000, 5), METADATA);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session =
            OrtEnvironment.getEnvironment().createSession(trained.onnx(), options)) {
      assertThat(ModelMetadata.fromProperties(session.getMetadata().getCustomMetadata()))
          .contains(METADATA);
    }
  }

  @Test
  void whatIsMissingWeighsAsTheMeanInTheModelAndInItsFile() throws Exception {
    TrainingSet.Builder set = TrainingSet.builder(METADATA.features());
    for (TrainingSet.Row row : set(2_000, 6).rows()) {
      double[] values = {row.values()[0], row.values()[1], Double.NaN, row.values()[3]};
      if (row.eventTimeMillis() % 180_000 == 0) {
        values[1] = Double.NaN;
      }
      set.add(row.eventTimeMillis(), values, row.label());
    }

    TrainingResult trained = Trainer.train(set.build(), METADATA);

    float[][] rows = {{0.3f, Float.NaN, 1, 0}, {Float.NaN, 450, Float.NaN, 1}};
    float[][] scores = run(trained.onnx(), rows);
    for (int i = 0; i < rows.length; i++) {
      assertThat(scores[i][1]).isBetween(0f, 1f);
      assertThat((double) scores[i][1]).isCloseTo(trained.predictor().score(rows[i]), within(1e-6));
    }
    assertThat(trained.report().holdOut().values().get("auc")).isGreaterThan(0.8);
  }

  @Test
  void trainedOnAllItLearnsFromTheNewestRowsAndIsMeasuredByTheFolds() throws Exception {
    TrainingSet set = set(2_000, 5);
    TrainingPlan plan = TrainingPlan.of(Algorithm.LOGISTIC, Kind.BINARY).withFolds(4);

    TrainingResult all = Trainer.trainOnAll(set, plan, METADATA, ProgressListener.NONE);

    TrainingResult held =
        Trainer.trainOn(
            new TrainingSet.Split(set, set(100, 6)), plan, METADATA, ProgressListener.NONE);
    assertThat(all.onnx()).isEqualTo(held.onnx());
    assertThat(all.report().training().rows()).isEqualTo(2_000);
    assertThat(all.report().holdOut()).isEqualTo(all.candidates().get(0).validation());
    assertThat(all.report().holdOut().rows()).isEqualTo(1_600);
    assertThat(all.report().holdOutFrom()).isEqualTo(all.report().until().plusMillis(1));
    assertThatThrownBy(
            () -> Trainer.trainOnAll(set, plan.withFolds(0), METADATA, ProgressListener.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no folds");
  }

  @Test
  void labelsAllAlikeAreRefusedInWords() {
    TrainingSet.Builder set = TrainingSet.builder(METADATA.features());
    for (int i = 0; i < 100; i++) {
      set.add(i, new double[] {i, 1, 1, 0}, i < 50);
    }
    assertThatThrownBy(() -> Trainer.train(set.build(), METADATA))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("newest fifth")
        .hasMessageContaining("20 rows, 0 of them with a true label");
  }

  @Test
  void anEmptySetIsRefusedInWords() {
    TrainingSet none = TrainingSet.builder(METADATA.features()).build();
    assertThatThrownBy(() -> Trainer.train(none, METADATA))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("0 rows");
  }

  /** Rows whose labels are drawn from a known logistic law, a minute apart, added newest first. */
  private static TrainingSet set(int rows, long seed) {
    Random random = new Random(seed);
    TrainingSet.Builder set = TrainingSet.builder(METADATA.features());
    for (int i = rows; i > 0; i--) {
      double z = random.nextGaussian();
      double a = 500 + 100 * random.nextGaussian();
      double flag = random.nextBoolean() ? 1 : 0;
      double logit = 0.5 + 2 * z - 0.01 * (a - 500) + 1.5 * flag;
      boolean label = random.nextDouble() < 1 / (1 + Math.exp(-logit));
      set.add(i * 60_000L, new double[] {z, a, 0.003467, flag}, label);
    }
    return set.build();
  }

  private static float[][] run(byte[] onnx, float[][] rows) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(onnx, options);
        OnnxTensor input = OnnxTensor.createTensor(environment, rows);
        OrtSession.Result result = session.run(Map.of(OnnxGraphWriter.INPUT, input))) {
      return (float[][]) result.get(Kind.BINARY.output()).orElseThrow().getValue();
    }
  }
}

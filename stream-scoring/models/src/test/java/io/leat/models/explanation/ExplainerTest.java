package io.leat.models.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.retraining.training.Algorithm;
import io.leat.retraining.training.CalibrationMethod;
import io.leat.retraining.training.Kind;
import io.leat.retraining.training.ProgressListener;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingException;
import io.leat.retraining.training.TrainingPlan;
import io.leat.retraining.training.TrainingSet;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplainerTest {
  private static final List<String> TWO = List.of("amount", "count");

  @Test
  void aLogisticRegressionOfAPyTorchExportIsExplainedBeforeItsSigmoid() {
    byte[] model =
        Graphs.file(
            2,
            List.of(
                Graphs.floatTensor("w", List.of(2f, -3f), 1, 2),
                Graphs.floatTensor("b", List.of(0.5f), 1)),
            Graphs.node("Gemm", "logit", "x", "w", "b").addAttribute(Graphs.integer("transB", 1)),
            Graphs.node("Sigmoid", "y", "logit"));
    Explainer explainer = Explainer.of(model, TWO);

    assertThat(explainer.baseline()).isEqualTo(Baseline.ZERO);
    assertThat(explain(explainer, 4, 1)).containsExactly(8, -3, 0.5);
  }

  @Test
  void whatFollowsAProductIsPartOfTheMargin() {
    byte[] model =
        Graphs.file(
            2,
            List.of(
                Graphs.floatTensor("w", List.of(1f, 2f, 3f, 4f), 2, 2),
                Graphs.floatTensor("b", List.of(1f, -1f), 2),
                Graphs.floatTensor("two", List.of(2f), 1)),
            Graphs.node("MatMul", "product", "x", "w"),
            Graphs.node("Add", "sum", "product", "b"),
            Graphs.node("Div", "half", "sum", "two"),
            Graphs.node("Sub", "y", "two", "half"));
    Explainer explainer = Explainer.of(model, TWO);

    double[] contributions = explain(explainer, 10, 100);
    assertThat(contributions).containsExactly(-5, -150, 1.5, -10, -200, 2.5);
    float[] scores = Graphs.run(model, 10, 100);
    assertThat(contributions[0] + contributions[1] + contributions[2]).isEqualTo(scores[0]);
    assertThat(contributions[3] + contributions[4] + contributions[5]).isEqualTo(scores[1]);
  }

  @Test
  void aBackgroundsMeanContributesNothing() {
    byte[] model =
        Graphs.file(
            2,
            List.of(Graphs.floatTensor("w", List.of(2f, -3f), 2, 1)),
            Graphs.node("MatMul", "y", "x", "w"));
    Explainer explainer =
        Explainer.of(model, TWO, List.of(FeatureRow.of(1, Double.NaN), FeatureRow.of(3, 10)));

    assertThat(explainer.baseline()).isEqualTo(Baseline.BACKGROUND);
    assertThat(explain(explainer, 2, 10)).containsExactly(0, 0, -26);
    assertThat(explain(explainer, 3, 11)).containsExactly(2, -3, -26);
  }

  @Test
  void aModelOfLeatTrainIsExplainedFromItsMeans() throws TrainingException {
    FeatureService service =
        new FeatureService(
            "fraud",
            1,
            "payments",
            List.of(new EventFeature("amount"), new EventFeature("count")),
            Optional.empty(),
            "d3f1");
    Random random = new Random(1);
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 1_000; i++) {
      double[] row = {100 * random.nextDouble(), random.nextInt(10)};
      set.add(i, row, random.nextDouble() < 1 / (1 + Math.exp(2 - row[0] / 25)));
    }
    byte[] model = Trainer.train(set.build(), ModelMetadata.of(service)).onnx();
    Explainer explainer = Explainer.of(model, service.featureNames());

    double[] contributions = explain(explainer, 80, Double.NaN);
    assertThat(explainer.outputs()).containsExactly("0", "1");
    assertThat(contributions[0]).isZero();
    assertThat(contributions[3]).isPositive();
    assertThat(contributions[4]).isZero();
    double logit = contributions[3] + contributions[4] + contributions[5];
    assertThat(1 / (1 + Math.exp(-logit)))
        .isCloseTo(Graphs.run(model, 80, Double.NaN)[1], within(1e-7));
  }

  @ParameterizedTest
  @EnumSource(CalibrationMethod.class)
  void boostedTreesOfLeatTrainAreExplainedByTheirCovers(CalibrationMethod calibration)
      throws TrainingException {
    Random random = new Random(2);
    TrainingSet.Builder set = TrainingSet.builder(List.of("amount", "count", "constant"));
    for (int i = 0; i < 3_000; i++) {
      double[] row = {100 * random.nextDouble(), random.nextInt(10), 7};
      if (random.nextInt(5) == 0) {
        row[0] = Double.NaN;
      }
      double logit = (row[0] > 50 ? 1 : -1) * (row[1] > 4 ? 1 : -1);
      set.add(i, row, random.nextDouble() < 1 / (1 + Math.exp(-logit)));
    }
    TrainingSet rows = set.build();
    TrainingPlan plan = TrainingPlan.of(Algorithm.BOOSTED_TREES, Kind.BINARY);
    byte[] model =
        Trainer.train(
                rows,
                plan.withGrid(plan.grid().subList(0, 1)).withCalibrations(Set.of(calibration)),
                new ModelMetadata("fraud", 1, "d3f1", rows.features(), Optional.empty()),
                ProgressListener.NONE)
            .onnx();
    Explainer explainer = Explainer.of(model, rows.features());

    assertThat(explainer.baseline()).isEqualTo(Baseline.TRAINING);
    assertThat(explainer.outputs()).containsExactly("0", "1");
    for (double[] row : new double[][] {{80, 2, 7}, {Double.NaN, 9, 7}, {20, 1, 7}}) {
      double[] contributions = explain(explainer, row);
      assertThat(contributions[4]).isNotZero();
      assertThat(contributions[6]).isZero();
      double margin = contributions[4] + contributions[5] + contributions[6] + contributions[7];
      if (calibration != CalibrationMethod.ISOTONIC) { // whose steps the margin does not tell
        assertThat(1 / (1 + Math.exp(-margin))).isCloseTo(Graphs.run(model, row)[1], within(1e-6));
      }
    }
  }

  @Test
  void treesOfVersionFiveAndTheirAverageAreExplainedAgainstABackground() {
    byte[] model = versionFive(0);
    List<FeatureRow> background =
        List.of(FeatureRow.of(0, 0), FeatureRow.of(0, 0), FeatureRow.of(0, 9), FeatureRow.of(9, 0));
    Explainer explainer = Explainer.of(model, TWO, background);

    // First tree: 4 where amount <= 1, else 8; second: 2 where count > 5, else 0; halved.
    double[] contributions = explain(explainer, 9, 9);
    assertThat(contributions).containsExactly(new double[] {1.5, 0.75, 2.75}, within(1e-12));
    assertThat(Graphs.run(model, 9, 9)[0]).isEqualTo(5f);
    assertThatThrownBy(() -> Explainer.of(versionFive(3), TWO, background))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("takes the least or the largest of its trees");
  }

  /** Two stumps of ai.onnx.ml 5, whose leaves stand in a list of their own. */
  private static byte[] versionFive(int aggregate) {
    NodeProto.Builder node =
        Graphs.ml("TreeEnsemble", "y", "x")
            .addAttribute(Graphs.integer("n_targets", 1))
            .addAttribute(Graphs.integer("aggregate_function", aggregate))
            .addAttribute(Graphs.integers("tree_roots", List.of(0L, 1L)))
            .addAttribute(Graphs.integers("nodes_featureids", List.of(0L, 1L)))
            .addAttribute(
                Graphs.tensor(
                    "nodes_modes",
                    TensorProto.newBuilder()
                        .setDataType(TensorProto.DataType.UINT8.getNumber())
                        .addDims(2)
                        .setRawData(ByteString.copyFrom(new byte[] {0, 3}))
                        .build()))
            .addAttribute(
                Graphs.tensor("nodes_splits", Graphs.floatTensor("s", List.of(1f, 5f), 2)))
            .addAttribute(Graphs.integers("nodes_trueleafs", List.of(1L, 1L)))
            .addAttribute(Graphs.integers("nodes_falseleafs", List.of(1L, 1L)))
            .addAttribute(Graphs.integers("nodes_truenodeids", List.of(0L, 2L)))
            .addAttribute(Graphs.integers("nodes_falsenodeids", List.of(1L, 3L)))
            .addAttribute(Graphs.integers("leaf_targetids", List.of(0L, 0L, 0L, 0L)))
            .addAttribute(
                Graphs.tensor("leaf_weights", Graphs.floatTensor("l", List.of(4f, 8f, 2f, 0f), 4)));
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInput(Graphs.matrix("x", 2))
            .addOutput(Graphs.matrix("y", -1))
            .addNode(node)
            .build();
    return Graphs.file(graph, 5);
  }

  @Test
  void theLargestContributionsComeFirstAndEqualOnesInTheFeaturesOrder() {
    byte[] model =
        Graphs.file(
            4,
            List.of(Graphs.floatTensor("w", List.of(1f, 1f, 1f, 1f), 4, 1)),
            Graphs.node("MatMul", "y", "x", "w"));
    Explainer explainer = Explainer.of(model, List.of("a", "b", "c", "d"));
    double[] contributions = explain(explainer, 1, -2, 2, 0.5);

    assertThat(explainer.topK(contributions, 0, 3))
        .containsExactly(
            new Contribution("b", -2), new Contribution("c", 2), new Contribution("a", 1));
    assertThat(explainer.topK(contributions, 0, 9)).hasSize(4);
  }

  @Test
  void anotherThreadsExplainerSaysTheSame() {
    RandomTrees trees = new RandomTrees(3, 2, 4, 5);
    Explainer explainer = Explainer.of(trees.onnx(), TWO);

    assertThat(explain(explainer.forAnotherThread(), 1, -1))
        .containsExactly(explain(explainer, 1, -1));
  }

  @Test
  void aRowIsExplainedWithoutAllocation() {
    Explainer explainer = Explainer.of(new RandomTrees(4, 2, 20, 6).onnx(), TWO);
    FeatureRow row = FeatureRow.of(1, -1);
    double[] contributions = new double[explainer.length()];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    explainer.explain(row, contributions);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1_000; i++) {
      explainer.explain(row.set(0, i % 5 - 2), contributions);
    }

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
  }

  @Test
  void aNetworkIsRefusedByItsFirstFunction() {
    byte[] model =
        Graphs.file(
            2,
            List.of(
                Graphs.floatTensor("w", List.of(1f, 2f, 3f, 4f), 2, 2),
                Graphs.floatTensor("v", List.of(1f, 2f), 2, 1)),
            Graphs.node("MatMul", "hidden", "x", "w"),
            Graphs.node("Relu", "active", "hidden"),
            Graphs.node("MatMul", "y", "active", "v"));

    assertThatThrownBy(() -> Explainer.of(model, TWO))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "the model cannot be explained: Relu (output active) comes after the model. Supported"
                + " are TreeEnsembleClassifier,");
  }

  @Test
  void whatMixesFeaturesIsRefused() {
    byte[] model =
        Graphs.file(
            2,
            List.of(Graphs.floatTensor("w", List.of(1f, 2f), 2, 1)),
            Graphs.ml("Normalizer", "unit", "x").addAttribute(Graphs.text("norm", "L2")),
            Graphs.node("MatMul", "y", "unit", "w"));

    assertThatThrownBy(() -> Explainer.of(model, TWO))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Normalizer (output unit) comes before the model");
  }

  @Test
  void treesWithoutCoversNeedABackground() {
    byte[] model = Graphs.withoutCovers(new RandomTrees(1, 2, 2, 3).onnx());

    assertThatThrownBy(() -> Explainer.of(model, TWO))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("nodes_hitrates of 1 everywhere")
        .hasMessageContaining("explain against a background of rows");
    assertThat(Explainer.of(model, TWO, List.of(FeatureRow.of(1, 2))).baseline())
        .isEqualTo(Baseline.BACKGROUND);
  }

  @Test
  void ofASingleBackgroundRowNothingContributesToItsOwnScore() {
    byte[] model = new RandomTrees(5, 2, 4, 6).onnx();
    Explainer explainer = Explainer.of(model, TWO, List.of(FeatureRow.of(-1, 2)));

    double[] contributions = explain(explainer, -1, 2);
    assertThat(contributions[0]).isCloseTo(0, within(1e-12));
    assertThat(contributions[1]).isCloseTo(0, within(1e-12));
    assertThat(contributions[2]).isCloseTo(Graphs.run(model, -1, 2)[0], within(1e-12));
    double[] elsewhere = explain(explainer, 2, -2);
    assertThat(elsewhere[0] + elsewhere[1] + elsewhere[2])
        .isCloseTo(Graphs.run(model, 2, -2)[0], within(1e-12));
  }

  @Test
  void anotherNumberOfFeaturesIsRefused() {
    byte[] model = new RandomTrees(1, 2, 1, 3).onnx();

    assertThatThrownBy(() -> Explainer.of(model, List.of("amount")))
        .isInstanceOf(ModelException.class)
        .hasMessage("the model takes 2 features; expected 1, which are named");
  }

  @Test
  void whatIsNoModelIsRefused() {
    assertThatThrownBy(() -> Explainer.of(new byte[] {1, 2, 3}, TWO))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no ONNX model");
  }

  private static double[] explain(Explainer explainer, double... row) {
    double[] contributions = new double[explainer.length()];
    explainer.explain(FeatureRow.of(row), contributions);
    return contributions;
  }
}

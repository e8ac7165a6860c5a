package io.leat.models.onnx;

import static io.leat.models.onnx.OnnxGraphs.FLOAT;
import static io.leat.models.onnx.OnnxGraphs.operator;
import static io.leat.models.onnx.OnnxGraphs.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.pipeline.definition.Model.Explain.When;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.Contribution;
import io.leat.records.Contributions;
import io.leat.retraining.training.TrainingResult;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model's scores say of its features, as its definition declares it. */
class ScoreExplainerTest {
  private static final Path PATH = Path.of("models/fraud/model.onnx");
  private static final Explain ALL = new Explain(3, When.ALWAYS, 1);

  private final TrainingResult trained = TestModels.train(1);

  @Test
  void contributionsAndBaseAddUpToTheMarginBehindTheScore() throws InferenceException {
    List<Object> values = Arrays.asList(30.5, true, 4L);
    try (OnnxModel model = open(trained.onnx(), definition(ALL));
        Inference inference = model.inference(1)) {
      inference.add(values);
      double score = inference.run().get(0).score();

      Contributions contributions = model.explainer().orElseThrow().explain(values);

      assertThat(1 / (1 + Math.exp(-margin(contributions)))).isCloseTo(score, within(1e-6));
      assertThat(contributions.getFeatures())
          .extracting(Contribution::getFeature)
          .containsExactlyInAnyOrder("event.amount", "event.abroad", "event.count");
      assertThat(contributions.getFeatures())
          .extracting(one -> -Math.abs(one.getValue()))
          .isSorted();
    }
  }

  @Test
  void onlyTheFeaturesThatContributedMostAreNamed() {
    List<Object> values = List.of(30.5, true, 4L);
    try (OnnxModel all = open(trained.onnx(), definition(ALL));
        OnnxModel two = open(trained.onnx(), definition(new Explain(2, When.ALWAYS, 1)))) {
      assertThat(two.explainer().orElseThrow().explain(values).getFeatures())
          .isEqualTo(all.explainer().orElseThrow().explain(values).getFeatures().subList(0, 2));
    }
  }

  @Test
  void aNullIsExplainedAsWhatStandsForIt() {
    try (OnnxModel model = open(trained.onnx(), definition(ALL))) {
      ScoreExplainer explainer = model.explainer().orElseThrow();

      assertThat(explainer.explain(Arrays.asList(null, true, 4L)))
          .isEqualTo(explainer.explain(List.of(20.0, true, 4L)));
    }
  }

  @Test
  void aFeatureCountsForItselfWhereTheGraphTakesThemInAnotherOrder() {
    Model other =
        TestModels.with(
            definition(ALL),
            Map.of("features", List.of("event.count", "event.amount", "event.abroad")),
            new Model.Nulls(Optional.empty(), Map.of()),
            new Model.Output("probabilities", 1),
            Map.of());
    try (OnnxModel model = open(trained.onnx(), definition(ALL));
        OnnxModel moved = open(trained.onnx(), other)) {
      double amount = valueOf("event.amount", model, List.of(5.0, false, 7L));

      assertThat(valueOf("event.count", moved, List.of(0.0, true, 5L))).isEqualTo(amount);
    }
  }

  private static double valueOf(String feature, OnnxModel model, List<Object> values) {
    return model.explainer().orElseThrow().explain(values).getFeatures().stream()
        .filter(one -> one.getFeature().equals(feature))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  @Test
  void aSampleIsTheSameEventsEachTimeAndAboutItsShare() {
    try (OnnxModel model = open(trained.onnx(), definition(new Explain(1, When.SAMPLE, 0.1)))) {
      ScoreExplainer one = model.explainer().orElseThrow();
      ScoreExplainer other = model.explainer().orElseThrow();
      int explained = 0;
      for (int event = 0; event < 10_000; event++) {
        boolean explains = one.explains("event-" + event, event % 2 == 0);
        assertThat(other.explains("event-" + event, event % 3 == 0)).isEqualTo(explains);
        explained += explains ? 1 : 0;
      }
      assertThat(explained).isBetween(850, 1_150); // five standard deviations
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ALWAYS, true, true",
    "ALWAYS, false, true",
    "DECISIONS, true, true",
    "DECISIONS, false, false"
  })
  void whichScoresAreExplainedIsDeclared(When when, boolean decided, boolean explained) {
    try (OnnxModel model = open(trained.onnx(), definition(new Explain(1, when, 1)))) {
      assertThat(model.explainer().orElseThrow().explains("e", decided)).isEqualTo(explained);
    }
  }

  @Test
  void nothingIsExplainedThatDoesNotDeclareIt() {
    try (OnnxModel model = open(trained.onnx(), TestModels.model("fraud", PATH))) {
      assertThat(model.explainer()).isEmpty();
    }
  }

  @Test
  void aGraphThatCannotBeExplainedIsRefusedWhereItIsDeclared() {
    byte[] network =
        operator("Identity", tensor("probabilities", FLOAT, -1, 3), tensor("x", FLOAT, -1, 3));

    assertThatThrownBy(() -> open(network, definition(ALL)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the model cannot be explained: its graph has none of [");
  }

  @Test
  void theOneMarginOfTwoClassesIsOfTheSecond() throws IOException, InferenceException {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    List.of("a", "b", "c", "d", "e", "f")
        .forEach(name -> features.put(name, Optional.of(ValueType.DOUBLE)));
    ModelFile file = new ModelFile(PATH, bytes("xgboost-binary.onnx"), "");
    List<Object> values = List.of(0.1, -0.2, 0.3, 0.4, -0.5, 0.6);
    try (OnnxModel model = OnnxModel.open(file, scoring(1), features);
        Inference inference = model.inference(1)) {
      inference.add(values);
      double score = inference.run().get(0).score();

      assertThat(1 / (1 + Math.exp(-margin(model.explainer().orElseThrow().explain(values)))))
          .isCloseTo(score, within(1e-6));
    }
    assertThatThrownBy(() -> OnnxModel.open(file, scoring(0), features))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "the score is probabilities[0], which is not what the model's margin is of; to be"
                + " explained, expected column 1 of that output");
  }

  /** All features contribute. */
  private static Model scoring(int column) {
    return TestModels.with(
        definition(new Explain(6, When.ALWAYS, 1)),
        Map.of(),
        new Model.Nulls(Optional.empty(), Map.of()),
        new Model.Output("probabilities", column),
        Map.of());
  }

  private static double margin(Contributions contributions) {
    return contributions.getBase()
        + contributions.getFeatures().stream().mapToDouble(Contribution::getValue).sum();
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream file = ScoreExplainerTest.class.getResourceAsStream("/explanations/" + name)) {
      return Objects.requireNonNull(file, name).readAllBytes();
    }
  }

  private static Model definition(Explain explain) {
    return TestModels.explained(TestModels.model("fraud", PATH), explain);
  }

  private static OnnxModel open(byte[] onnx, Model model) {
    return OnnxModel.open(new ModelFile(PATH, onnx, ""), model, TestModels.TYPES);
  }
}

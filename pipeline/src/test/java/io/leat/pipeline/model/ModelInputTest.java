package io.leat.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.expression.Expression;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelInputTest {
  private static final FeatureService SERVICE =
      new FeatureService(
          "fraud",
          3,
          "payments",
          List.of(new EventFeature("a"), new EventFeature("b"), new EventFeature("c")),
          Optional.empty(),
          "abc");

  private final double[] row = new double[3];

  @Test
  void numbersPassAndBooleansBecomeZeroAndOne() {
    assertThat(input(Optional.empty(), Map.of()).write(List.of(1.5, 7L, true), row)).isEmpty();
    assertThat(row).containsExactly(1.5, 7, 1);
  }

  @Test
  void aNullBecomesTheFeaturesOwnStandInBeforeTheGeneralOne() {
    assertThat(
            input(Optional.of(-1.0), Map.of("event.b", 9.0))
                .write(Arrays.asList(null, null, false), row))
        .isEmpty();
    assertThat(row).containsExactly(-1, 9, 0);
  }

  @Test
  void aNumberThatSinglePrecisionCannotHoldIsAsNull() {
    assertThat(
            input(Optional.of(-1.0), Map.of())
                .write(List.of(Double.NaN, Double.NEGATIVE_INFINITY, 1e300), row))
        .isEmpty();
    assertThat(row).containsExactly(-1, -1, -1);
  }

  @Test
  void whatIsMissingIsNotANumberToAModelThatLearntIt() {
    assertThat(
            input(Optional.of(Model.Nulls.MISSING), Map.of("event.c", 0.0))
                .write(Arrays.asList(null, Double.POSITIVE_INFINITY, null), row))
        .isEmpty();
    assertThat(row).containsExactly(Double.NaN, Double.NaN, 0);
  }

  @Test
  void aNullWithoutStandInIsRefusedByName() {
    assertThat(input(Optional.empty(), Map.of()).write(Arrays.asList(1.0, null, 2.0), row))
        .hasValueSatisfying(
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(ModelInput.Reason.NULL_INPUT);
              assertThat(refusal.feature()).contains("event.b");
              assertThat(refusal.message()).contains("event.b is null");
            });
  }

  @Test
  void textIsRefusedByName() {
    assertThat(input(Optional.of(0.0), Map.of()).write(List.of(1.0, 2.0, "x"), row))
        .hasValueSatisfying(
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(ModelInput.Reason.NOT_A_NUMBER);
              assertThat(refusal.message()).contains("event.c");
            });
  }

  @Test
  void aVectorOfAnotherWidthIsRefused() {
    assertThat(input(Optional.of(0.0), Map.of()).write(List.of(1.0), row))
        .hasValueSatisfying(
            refusal -> assertThat(refusal.reason()).isEqualTo(ModelInput.Reason.WRONG_WIDTH));
  }

  @Test
  void metadataIsReadBackAsItWasWritten() {
    ModelMetadata metadata = ModelMetadata.of(SERVICE);
    assertThat(ModelMetadata.fromProperties(metadata.toProperties())).contains(metadata);
    ModelMetadata traced = metadata.withTrainingSet("4a49bd1e");
    assertThat(ModelMetadata.fromProperties(traced.toProperties())).contains(traced);
    assertThat(traced).isNotEqualTo(metadata);
    assertThat(traced.isFor(SERVICE)).isTrue();
    assertThat(ModelMetadata.fromProperties(Map.of("producer", "other"))).isEmpty();
  }

  private static ModelInput input(Optional<Double> general, Map<String, Double> own) {
    Model model =
        new Model(
            "fraud",
            "1",
            "fraud",
            3,
            Path.of("model.onnx"),
            Path.of("reference-profile.json"),
            "",
            "",
            new Model.Nulls(general, own),
            new Model.Output("probabilities", 1),
            List.of(new Model.Decision("block", new Expression("score >= 0.9", "m", 1))));
    return ModelInput.of(model, SERVICE);
  }
}

package io.leat.models.onnx;

import static io.leat.models.onnx.OnnxGraphs.BOOL;
import static io.leat.models.onnx.OnnxGraphs.DOUBLE;
import static io.leat.models.onnx.OnnxGraphs.FLOAT;
import static io.leat.models.onnx.OnnxGraphs.INT32;
import static io.leat.models.onnx.OnnxGraphs.INT64;
import static io.leat.models.onnx.OnnxGraphs.STRING;
import static io.leat.models.onnx.OnnxGraphs.copies;
import static io.leat.models.onnx.OnnxGraphs.operator;
import static io.leat.models.onnx.OnnxGraphs.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelInput.Reason;
import io.leat.pipeline.model.ModelInput.Refusal;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.retraining.training.TrainingResult;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxModelTest {
  private static final Model.Output PROBABILITY = new Model.Output("probabilities", 1);
  private static final Model.Output FIRST = new Model.Output("y", 0);
  private static final Model.Nulls NO_DEFAULTS = new Model.Nulls(Optional.empty(), Map.of());
  private static final Path PATH = Path.of("models/fraud/model.onnx");

  /** A pair of a number, which is the score, and what is tried. */
  private static final Model.Output NUMBER = new Model.Output("amount_out", 0);

  @TempDir Path folder;

  @Test
  void scoresAreThoseOfTheJavaModelThatWasExported() throws InferenceException {
    TrainingResult trained = TestModels.train(1);
    Random random = new Random(2);
    try (OnnxModel model = open(trained.onnx(), PROBABILITY, TestModels.TYPES);
        Inference inference = model.inference(1)) {
      for (int i = 0; i < 10_000; i++) {
        float[] row = {200 * random.nextFloat() - 50, random.nextInt(2), random.nextInt(20)};
        List<Object> values = List.of((double) row[0], row[1] == 1, (long) row[2]);
        assertThat(predict(inference, values).score())
            .isCloseTo(trained.predictor().score(row), within(1e-6));
      }
    }
  }

  @Test
  void numbersAreRoundedToWhatAGraphOfSinglePrecisionReads() throws InferenceException {
    double fine = 1 + 1e-12; // single precision cannot tell it from 1
    assertThat(identity(FLOAT, fine)).isEqualTo(1.0);
    assertThat(identity(FLOAT, 16_777_217L)).isEqualTo(16_777_216.0);
    assertThat(identity(DOUBLE, fine)).isEqualTo(fine);
  }

  private static double identity(int type, Object value) throws InferenceException {
    byte[] onnx = operator("Identity", tensor("y", type, -1, 1), tensor("x", type, -1, 1));
    try (OnnxModel model = open(onnx, FIRST, TestModels.types(ValueType.DOUBLE));
        Inference inference = model.inference(1)) {
      return predict(inference, List.of(value)).score();
    }
  }

  @Test
  void aShapeThatTheFileLeavesOpenIsLearntFromATrial() throws InferenceException {
    byte[] onnx = operator("Identity", tensor("y", FLOAT, -1, -1), tensor("x", FLOAT, -1, -1));
    try (OnnxModel model = open(onnx, new Model.Output("y", 2), TestModels.TYPES);
        Inference inference = model.inference(1)) {
      assertThat(predict(inference, List.of(1.0, true, 3L)).score()).isEqualTo(3);
    }
  }

  @Test
  void aVectorThatTakesTooLongIsEndedAndTheNextHasItsScore() throws InferenceException {
    try (OnnxModel model =
            open(OnnxGraphs.loop("y", 1), FIRST, TestModels.types(ValueType.DOUBLE));
        Inference inference = model.inference(Duration.ofMillis(100))) {
      assertThat(predict(inference, List.of(3.0)).score()).isEqualTo(3);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> predict(inference, List.of(1e15)))
            .isInstanceOf(OutOfTimeException.class)
            .hasMessageContaining("ended after 100 ms");
        assertThat(predict(inference, List.of(3.0)).score()).isEqualTo(3);
      }
    }
  }

  @Test
  void tensorsOfNoRowsHaveNoOutputsEither() throws InferenceException {
    byte[] onnx = operator("Identity", tensor("y", FLOAT, -1, 3), tensor("x", FLOAT, -1, 3));
    try (OnnxModel model = open(onnx, FIRST, TestModels.TYPES)) {
      TensorValue none = TensorValue.of(ElementType.FLOAT, List.of(0L, 3L), new float[0]);
      TensorValue row = TensorValue.of(ElementType.FLOAT, List.of(1L, 3L), new float[] {1, 2, 3});

      assertThat(model.run(Map.of("x", none), List.of("y")).get("y").shape())
          .containsExactly(0L, 3L);
      assertThat((float[]) model.run(Map.of("x", row), List.of("y")).get("y").elements())
          .containsExactly(1, 2, 3);
    }
  }

  @Test
  void aModelSaysWhatItWasMadeFor() {
    try (OnnxModel model = open(TestModels.train(3).onnx(), PROBABILITY, TestModels.TYPES)) {
      assertThat(model.metadata()).contains(ModelMetadata.of(TestModels.SERVICE));
    }
  }

  @Test
  void inputsOfSeveralFeaturesAreThoseThatTheDefinitionNames() throws InferenceException {
    byte[] onnx = copies(tensor("amount", FLOAT, -1, 1), tensor("both", DOUBLE, -1, 2));
    Model model =
        model(
            Map.of("both", List.of("event.count", "event.abroad")),
            NO_DEFAULTS,
            NUMBER,
            Map.of("both", new Model.Output("both_out", Optional.empty())));
    try (OnnxModel open = OnnxModel.open(file(onnx), model, TestModels.TYPES);
        Inference inference = open.inference(1)) {
      Prediction prediction = predict(inference, List.of(2.5, true, 7L));
      assertThat(prediction.score()).isEqualTo(2.5);
      assertThat(prediction.outputs()).containsExactly(Map.entry("both", List.of(7.0, 1.0)));
    }
  }

  /** Type of the feature, its value, type of the tensor, what comes out; empty: refused. */
  @ParameterizedTest
  @CsvSource({
    "LONG,    2147483647,          INT32,  2147483647",
    "LONG,    2147483648,          INT32,",
    "LONG,    -2147483649,         INT32,",
    "LONG,    9223372036854775807, INT64,  9223372036854775807",
    "LONG,    9007199254740992,    DOUBLE, 9.007199254740992E15",
    "LONG,    9007199254740993,    DOUBLE,",
    "LONG,    9223372036854775807, DOUBLE,",
    "LONG,    1,                   BOOL,   true",
    "LONG,    2,                   BOOL,",
    "DOUBLE,  3.0,                 INT64,  3",
    "DOUBLE,  3.5,                 INT64,",
    "DOUBLE,  9223372036854775808, INT64,",
    "DOUBLE,  -2147483648,         INT32,  -2147483648",
    "DOUBLE,  0.25,                BOOL,",
    "BOOLEAN, true,                BOOL,   true",
    "BOOLEAN, true,                INT64,  1",
    "BOOLEAN, true,                DOUBLE, 1.0",
    "STRING,  be,                  STRING, be",
  })
  void aValueIsTheSameInTheTensorOrIsRefused(
      ValueType type, String text, ElementType tensor, @Nullable String expected)
      throws InferenceException {
    Object value =
        switch (type) {
          case LONG -> Long.valueOf(text);
          case DOUBLE -> Double.valueOf(text);
          case BOOLEAN -> Boolean.valueOf(text);
          case STRING -> text;
        };
    int number =
        switch (tensor) {
          case FLOAT -> FLOAT;
          case DOUBLE -> DOUBLE;
          case INT32 -> INT32;
          case INT64 -> INT64;
          case BOOL -> BOOL;
          case STRING -> STRING;
        };
    byte[] onnx = copies(tensor("amount", FLOAT, -1), tensor("abroad", number, -1));
    Model model =
        model(
            Map.of(),
            NO_DEFAULTS,
            NUMBER,
            Map.of("same", new Model.Output("abroad_out", Optional.empty())));
    try (OnnxModel open =
            OnnxModel.open(file(onnx), model, TestModels.types(ValueType.DOUBLE, type));
        Inference inference = open.inference(1)) {
      Optional<Refusal> refusal = inference.add(List.of(1.0, value));
      if (expected == null) {
        assertThat(refusal.orElseThrow().reason()).isEqualTo(Reason.NOT_EXACT);
        assertThat(refusal.orElseThrow().message())
            .contains("event.abroad is " + value)
            .contains("no equal in " + tensor);
        assertThat(inference.size()).isZero();
      } else {
        assertThat(refusal).isEmpty();
        assertThat(inference.run().get(0).outputs().get("same")).hasToString(expected);
      }
    }
  }

  @Test
  void textWhereANumberIsReadIsRefusedByTypeAndByValue() {
    byte[] onnx = copies(tensor("amount", FLOAT, -1), tensor("abroad", FLOAT, -1, 1));
    Model model = model(Map.of(), NO_DEFAULTS, NUMBER, Map.of());
    assertThatThrownBy(
            () ->
                OnnxModel.open(
                    file(onnx), model, TestModels.types(ValueType.DOUBLE, ValueType.STRING)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("event.abroad is text, and input abroad takes FLOAT")
        .hasMessageContaining("StringTensorType");
    Map<String, Optional<ValueType>> untold = TestModels.types(ValueType.DOUBLE, ValueType.LONG);
    untold.put("event.abroad", Optional.empty());
    try (OnnxModel open = OnnxModel.open(file(onnx), model, untold);
        Inference inference = open.inference(1)) {
      assertThat(inference.add(List.of(1.0, "be")).orElseThrow().reason())
          .isEqualTo(Reason.NOT_A_NUMBER);
    }
  }

  @Test
  void numbersWhereTextIsReadAreRefused() {
    byte[] onnx = copies(tensor("amount", FLOAT, -1), tensor("abroad", STRING, -1));
    assertThatThrownBy(
            () ->
                OnnxModel.open(
                    file(onnx),
                    model(Map.of(), NO_DEFAULTS, NUMBER, Map.of()),
                    TestModels.types(ValueType.DOUBLE, ValueType.LONG)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("event.abroad is LONG, and input abroad takes text");
  }

  @Test
  void aNullIsTheDefaultThatItsTypeHasOrTheVectorIsRefused() throws InferenceException {
    byte[] onnx =
        copies(
            tensor("amount", FLOAT, -1), tensor("abroad", STRING, -1), tensor("count", INT64, -1));
    Model.Nulls nulls =
        new Model.Nulls(
            Optional.of(Model.Nulls.MISSING),
            Map.of("event.count", -1.0),
            Map.of("event.abroad", "unknown"));
    Map<String, Model.Output> outputs =
        Map.of(
            "text", new Model.Output("abroad_out", Optional.empty()),
            "whole", new Model.Output("count_out", Optional.empty()));
    Map<String, Optional<ValueType>> types =
        TestModels.types(ValueType.DOUBLE, ValueType.STRING, ValueType.LONG);
    List<@Nullable Object> nothing = Arrays.asList(null, null, null);
    try (OnnxModel open =
            OnnxModel.open(file(onnx), model(Map.of(), nulls, NUMBER, outputs), types);
        Inference inference = open.inference(1)) {
      Prediction prediction = predict(inference, nothing);
      assertThat(prediction.score()).isNaN();
      assertThat(prediction.outputs()).isEqualTo(Map.of("text", "unknown", "whole", -1L));
    }
    Model.Nulls missing = new Model.Nulls(Optional.of(Model.Nulls.MISSING), Map.of());
    try (OnnxModel open =
            OnnxModel.open(file(onnx), model(Map.of(), missing, NUMBER, outputs), types);
        Inference inference = open.inference(1)) {
      for (List<@Nullable Object> values :
          List.<List<@Nullable Object>>of(
              Arrays.asList(1.0, null, 1L), Arrays.asList(1.0, "be", null))) {
        assertThat(inference.add(values).orElseThrow().reason()).isEqualTo(Reason.NULL_INPUT);
      }
      assertThat(inference.add(Arrays.asList(null, "be", 1L))).isEmpty();
    }
  }

  @Test
  void aDefaultThatItsTensorCannotHoldIsRefused() {
    byte[] onnx = copies(tensor("amount", FLOAT, -1), tensor("abroad", INT64, -1));
    Model.Nulls nulls =
        new Model.Nulls(Optional.empty(), Map.of("event.abroad", Model.Nulls.MISSING));
    assertThatThrownBy(
            () ->
                OnnxModel.open(
                    file(onnx),
                    model(Map.of(), nulls, NUMBER, Map.of()),
                    TestModels.types(ValueType.DOUBLE, ValueType.BOOLEAN)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("missing (NaN) of event.abroad has no equal in INT64");
  }

  @Test
  void aMatrixOfAnotherWidthIsRefused() {
    assertRefused(
        () -> open(TestModels.train(4).onnx(), PROBABILITY, TestModels.types(ValueType.DOUBLE)),
        "input features is FLOAT [-1, 3]",
        "[event.amount]");
  }

  @Test
  void anInputWhoseFeatureIsNotToldByItsNameIsRefusedWithTheRemedy() {
    byte[] onnx = copies(tensor("sum", FLOAT, -1, 1), tensor("count", FLOAT, -1, 1));
    assertRefused(
        () ->
            open(
                onnx,
                new Model.Output("sum_out", 0),
                TestModels.types(ValueType.DOUBLE, ValueType.LONG)),
        "inputs [sum, count]",
        "inputs: { sum: [event.amount] }");
  }

  @Test
  void aFeatureThatNoInputTakesIsNamed() {
    assertRefused(
        () -> open(copies(tensor("a", FLOAT, -1, 1), tensor("b", FLOAT, -1)), FIRST_OF_TWO),
        "no input of the model takes the features [event.count]");
  }

  private static final Model FIRST_OF_TWO =
      model(
          Map.of("a", List.of("event.amount"), "b", List.of("event.abroad")),
          NO_DEFAULTS,
          new Model.Output("a_out", 0),
          Map.of());

  @Test
  void anInputThatTheGraphDoesNotHaveIsNamed() {
    Model model = model(Map.of("z", List.of("event.amount")), NO_DEFAULTS, FIRST, Map.of());
    assertRefused(
        () ->
            open(operator("Identity", tensor("y", FLOAT, -1, 3), tensor("x", FLOAT, -1, 3)), model),
        "the model has no input z; it has [x]");
  }

  @Test
  void anUnknownOutputIsRefusedWithThoseThatAreThere() {
    assertRefused(
        () ->
            open(TestModels.train(5).onnx(), new Model.Output("probability", 1), TestModels.TYPES),
        "no output probability",
        "[probabilities]");
  }

  @Test
  void aColumnThatIsNotThereIsRefused() {
    assertRefused(
        () ->
            open(
                TestModels.train(6).onnx(), new Model.Output("probabilities", 2), TestModels.TYPES),
        "output probabilities has 2 columns a row; expected more than 2. Correct outputs.score.");
  }

  @Test
  void aMapOfClassesIsReadByClass() throws InferenceException {
    byte[] onnx = OnnxGraphs.zipMap(3);
    Model model =
        model(
            Map.of(),
            NO_DEFAULTS,
            new Model.Output("y", 2),
            Map.of("all", new Model.Output("y", Optional.empty())));
    try (OnnxModel open = OnnxModel.open(file(onnx), model, TestModels.TYPES);
        Inference inference = open.inference(1)) {
      Prediction prediction = predict(inference, List.of(0.25, false, 3L));
      assertThat(prediction.score()).isEqualTo(3);
      assertThat(prediction.outputs().get("all")).isEqualTo(Map.of("0", 0.25, "1", 0.0, "2", 3.0));
    }
    assertRefused(
        () -> open(onnx, new Model.Output("y", 3), TestModels.TYPES),
        "no class 3; it has [0, 1, 2]");
    assertRefused(
        () -> open(onnx, new Model.Output("y", Optional.empty()), TestModels.TYPES), "as in y[1]");
  }

  @Test
  void labelsAreNoScore() {
    byte[] onnx = operator("ArgMax", tensor("y", INT64, -1, -1), tensor("x", FLOAT, -1, 3));
    assertRefused(() -> open(onnx, FIRST, TestModels.TYPES), "expected float or double numbers");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4})
  void aBatchOfOneSizeIsRefusedWithTheWayToExport(long rows) {
    byte[] onnx = operator("Identity", tensor("y", FLOAT, rows, 3), tensor("x", FLOAT, rows, 3));
    assertRefused(
        () -> open(onnx, FIRST, TestModels.TYPES),
        "input x is FLOAT [%d, 3]; expected its first dimension to be free".formatted(rows),
        "dynamic_shapes={'x': {0: torch.export.Dim('batch')}}");
  }

  @Test
  void aGraphThatIsOfOneRowWithinIsRefused() {
    // whatever goes in, the mean over all rows comes out as one
    byte[] onnx = operator("ReduceMean", tensor("y", FLOAT, -1, -1), tensor("x", FLOAT, -1, 3));
    assertRefused(
        () -> open(onnx, FIRST, TestModels.TYPES), "the model takes a row, and fails on two");
  }

  @Test
  void operatorsNewerThanTheRuntimeAreRefused() {
    byte[] onnx = operator("Identity", tensor("y", FLOAT, -1, 3), tensor("x", FLOAT, -1, 3));
    assertRefused(
        () -> open(OnnxGraphs.withOpset(onnx, "", 27), FIRST, TestModels.TYPES),
        "needs version 27 of the operators of ai.onnx; expected at most 26",
        "target_opset=26");
    assertRefused(
        () -> open(OnnxGraphs.withOpset(onnx, "ai.onnx.ml", 6), FIRST, TestModels.TYPES),
        "needs version 6 of the operators of ai.onnx.ml; expected at most 5");
    try (OnnxModel newest = open(OnnxGraphs.withOpset(onnx, "", 26), FIRST, TestModels.TYPES)) {
      assertThat(newest.signature().output("y")).isPresent();
    }
  }

  @Test
  void customOperatorsAreRefusedByName() {
    byte[] onnx = operator("Identity", tensor("y", FLOAT, -1, 3), tensor("x", FLOAT, -1, 3));
    assertRefused(
        () -> open(OnnxGraphs.withDomain(onnx, "com.example"), FIRST, TestModels.TYPES),
        "needs the custom operators [com.example.Identity]",
        "code of others is never loaded");
  }

  @Test
  void whatIsNoModelIsRefused() {
    assertRefused(() -> open(new byte[] {1, 2, 3}, FIRST, TestModels.TYPES), "ONNX Runtime 1.28.0");
  }

  @Test
  void aFileIsReadWithinBounds() throws IOException {
    Model model = TestModels.model("fraud", folder.resolve("model.onnx"));
    assertThatThrownBy(() -> ModelFile.read(model))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("leat train");
    TestModels.write(folder, new byte[100]);
    assertThat(ModelFile.read(model, 100).bytes()).hasSize(100);
    assertThatThrownBy(() -> ModelFile.read(model, 99))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("more than 99");
    TestModels.write(folder, "abc".getBytes(StandardCharsets.UTF_8));
    assertThat(ModelFile.read(model).sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  private static void assertRefused(ThrowingCallable open, String... messages) {
    assertThatThrownBy(open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(PATH.toString())
        .hasMessageContainingAll(messages);
  }

  private static Prediction predict(Inference inference, List<? extends @Nullable Object> values)
      throws InferenceException {
    assertThat(inference.add(values)).isEmpty();
    return inference.run().get(0);
  }

  private static OnnxModel open(
      byte[] onnx, Model.Output score, Map<String, Optional<ValueType>> types) {
    return OnnxModel.open(file(onnx), model(Map.of(), NO_DEFAULTS, score, Map.of()), types);
  }

  private static OnnxModel open(byte[] onnx, Model model) {
    return OnnxModel.open(file(onnx), model, TestModels.TYPES);
  }

  private static Model model(
      Map<String, List<String>> inputs,
      Model.Nulls nulls,
      Model.Output score,
      Map<String, Model.Output> outputs) {
    return TestModels.with(TestModels.model("fraud", PATH), inputs, nulls, score, outputs);
  }

  private static ModelFile file(byte[] onnx) {
    return new ModelFile(PATH, onnx, "");
  }
}

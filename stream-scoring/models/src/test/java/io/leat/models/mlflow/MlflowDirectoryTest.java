package io.leat.models.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.common.ErrorCode;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.OnnxSession;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.TestModels;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories that MLflow itself saved; interop/mlflow/fixtures.py made them. */
class MlflowDirectoryTest {
  private static final List<String> VERSIONS = List.of("2.14", "3.18");

  private static final Map<String, Optional<ValueType>> NUMBERS =
      features("event.amount DOUBLE", "event.count DOUBLE", "event.hour DOUBLE");

  private static final Map<String, Optional<ValueType>> COLUMNS =
      features(
          "event.amount DOUBLE",
          "event.count LONG",
          "event.country STRING",
          "event.abroad BOOLEAN");

  @TempDir Path folder;

  static Stream<Arguments> saved() {
    return VERSIONS.stream()
        .flatMap(
            version ->
                Stream.of(
                    Arguments.of(version, "matrix", NUMBERS, Map.of()),
                    Arguments.of(version, "external", NUMBERS, Map.of()),
                    Arguments.of(version, "columns", COLUMNS, Map.of()),
                    Arguments.of(version, "bare", COLUMNS, Map.of()),
                    Arguments.of(
                        version,
                        "tensors",
                        features("event.amount DOUBLE", "event.count DOUBLE", "event.place LONG"),
                        Map.of(
                            "numbers", List.of("event.amount", "event.count"),
                            "place", List.of("event.place")))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("saved")
  void whatMlflowSavedScoresAsMlflowScoresIt(
      String version,
      String name,
      Map<String, Optional<ValueType>> features,
      Map<String, List<String>> inputs)
      throws Exception {
    MlflowDirectory saved = MlflowDirectory.read(saved(version, name));
    InputExample example =
        saved
            .example()
            .or(() -> MlflowDirectory.read(saved(version, "columns")).example())
            .orElseThrow();
    JsonNode expected =
        new JsonMapper()
            .readTree(saved(version, name).resolve("expected.json").toFile())
            .get("score");
    Model model =
        TestModels.with(
            TestModels.model(name, saved.model().path()),
            inputs,
            new Model.Nulls(Optional.of(Model.Nulls.MISSING), Map.of()),
            new Model.Output("score", Optional.empty()),
            Map.of());

    try (OnnxModel open = OnnxModel.open(saved.model(), model, features);
        Inference inference = open.inference(1)) {
      assertThatCode(
              () -> saved.requireOrder(open.signature(), inputs, List.copyOf(features.keySet())))
          .doesNotThrowAnyException();
      assertThat(example.rows()).hasSize(expected.size()).hasSizeGreaterThan(3);
      if (saved.example().isPresent()) {
        assertThat(saved.exampleOf(open.signature(), inputs, List.copyOf(features.keySet())))
            .isEqualTo(example.rows());
      }
      for (int row = 0; row < expected.size(); row++) {
        double score = expected.get(row).doubleValue();
        assertThat(inference.add(example.rows().get(row))).isEmpty();
        assertThat(inference.run().get(0).score()).isCloseTo(score, within(1e-6 * Math.abs(score)));
      }
    }
  }

  @Test
  void anExampleOfOtherColumnsThanTheFeaturesIsNoVector() throws Exception {
    MlflowDirectory saved = MlflowDirectory.read(saved("3.18", "matrix"));
    List<String> features = List.of("event.count", "event.amount", "event.hour");
    try (OnnxSession graph = OnnxSession.open(saved.model())) {
      String input = graph.signature().inputs().get(0).name();
      assertThat(
              saved.exampleOf(
                  graph.signature(), Map.of(input, List.copyOf(NUMBERS.keySet())), features))
          .as("in another order")
          .isEmpty();
      assertThat(saved.exampleOf(graph.signature(), Map.of(), features.subList(0, 2))).isEmpty();
    }
  }

  @Test
  void theLineageSaysWhereItComesFrom() {
    assertThat(MlflowDirectory.read(saved("3.18", "matrix")).lineage())
        .containsEntry("mlflow.version", "3.18.0")
        .hasEntrySatisfying("mlflow.model_id", id -> assertThat(id).matches("m-[0-9a-f]{32}"))
        .hasEntrySatisfying("mlflow.run", run -> assertThat(run).matches("[0-9a-f]{32}"))
        .hasEntrySatisfying(
            "mlflow.created", time -> assertThat(time).matches("[0-9]{4}(-[0-9]{2}){2} .*"))
        .hasSize(4);
    assertThat(MlflowDirectory.read(saved("2.14", "matrix")).lineage())
        .containsEntry("mlflow.version", "2.14.3")
        .hasEntrySatisfying("mlflow.model_id", id -> assertThat(id).matches("[0-9a-f]{32}"))
        .hasEntrySatisfying("mlflow.run", run -> assertThat(run).matches("[0-9a-f]{32}"));
    assertThat(MlflowDirectory.read(saved("2.14", "bare")).lineage())
        .as("was not logged in a run")
        .containsOnlyKeys("mlflow.version", "mlflow.model_id", "mlflow.created");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.14", "3.18"})
  void theSignatureSaysColumnsOrTensors(String version) {
    assertThat(MlflowDirectory.read(saved(version, "columns")).inputs())
        .containsExactly(
            new ColumnSpec(Optional.of("amount"), "double", List.of()),
            new ColumnSpec(Optional.of("count"), "long", List.of()),
            new ColumnSpec(Optional.of("country"), "string", List.of()),
            new ColumnSpec(Optional.of("abroad"), "boolean", List.of()));
    assertThat(MlflowDirectory.read(saved(version, "external")).inputs())
        .containsExactly(new ColumnSpec(Optional.empty(), "float32", List.of(-1L, 3L)));
    MlflowDirectory tensors = MlflowDirectory.read(saved(version, "tensors"));
    assertThat(tensors.inputs())
        .containsExactly(
            new ColumnSpec(Optional.of("numbers"), "float32", List.of(-1L, 2L)),
            new ColumnSpec(Optional.of("place"), "int64", List.of(-1L, 1L)));
    assertThat(tensors.outputs()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.14", "3.18"})
  void theExampleIsWhatWasSaved(String version) {
    InputExample frame = MlflowDirectory.read(saved(version, "matrix")).example().orElseThrow();
    assertThat(frame.columns()).containsExactly("amount", "count", "hour");
    assertThat(frame.rows().get(1)).containsExactly(0.1, 0.0, 23.0);
    assertThat(frame.rows().get(3)).as("NaN is missing").containsExactly(99.99, null, 4.0);

    InputExample matrix = MlflowDirectory.read(saved(version, "external")).example().orElseThrow();
    assertThat(matrix.columns()).isEmpty();
    assertThat(matrix.rows().get(0)).containsExactly(12.5, 3.0, 1.0);

    InputExample tensors = MlflowDirectory.read(saved(version, "tensors")).example().orElseThrow();
    assertThat(tensors.columns()).containsExactly("numbers", "numbers", "place");
    assertThat(tensors.rows().get(2)).containsExactly(250.0, 11.0, 1L);

    assertThat(MlflowDirectory.read(saved(version, "bare")).example()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[1, 2], [3]]",
        "[[[1, 2], [3, 4]]]",
        "[]",
        "{\"a\": [1, 2], \"b\": [1]}",
        "[[123456789012345678901234567890]]"
      })
  void anExampleThatIsNoTableIsLeftOut(String example) throws IOException {
    Path copy = copy("3.18", "external");
    Files.writeString(copy.resolve("input_example.json"), example);

    assertThat(MlflowDirectory.read(copy).example()).isEmpty();
  }

  @Test
  void anExampleThatIsASparseMatrixIsLeftOut() throws IOException {
    Path copy = copy("3.18", "external");
    rewrite(copy, "type: ndarray", "type: sparse_matrix_csr");
    Files.writeString(
        copy.resolve("input_example.json"),
        "{\"data\": [0.5, 1.5], \"indices\": [0, 1], \"indptr\": [0, 2], \"shape\": [1, 3]}");

    assertThat(MlflowDirectory.read(copy).example()).isEmpty();
  }

  @Test
  void anExampleOfOneDimensionHasANumberARow() throws IOException {
    Path copy = copy("2.14", "external");
    Files.writeString(copy.resolve("input_example.json"), "{\"inputs\": [1.5, 2, NaN, true]}");

    List<List<@Nullable Object>> rows = MlflowDirectory.read(copy).example().orElseThrow().rows();

    assertThat(rows)
        .containsExactly(List.of(1.5), List.of(2L), Arrays.asList((Object) null), List.of(true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " CPUExecutionProvider",
        " null",
        "",
        " [CUDAExecutionProvider, CPUExecutionProvider]",
        " [[CUDAExecutionProvider, {device_id: 0}], CPUExecutionProvider]"
      })
  void providersMayHaveAnyShape(String providers) throws IOException {
    Path copy = copy("3.18", "columns");
    rewrite(
        copy, "    providers:\n    - CPUExecutionProvider\n", "    providers:" + providers + "\n");

    assertThat(MlflowDirectory.read(copy).inputs()).hasSize(4);
  }

  @Test
  void keysThatAreNotKnownArePassedOver() throws IOException {
    Path copy = copy("2.14", "columns");
    rewrite(copy, "flavors:\n", "later: {a: [1, 2]}\nenv_vars: [TOKEN]\nflavors:\n");

    assertThat(MlflowDirectory.read(copy).inputs()).hasSize(4);
  }

  @Test
  void weightsBesideTheModelAreBroughtIntoIt() throws IOException {
    Path copy = copy("3.18", "external");
    byte[] whole = MlflowDirectory.read(copy).model().bytes();
    Path alone = Files.createDirectory(folder.resolve("alone"));
    Files.write(alone.resolve("model.onnx"), whole);
    Files.copy(copy.resolve("MLmodel"), alone.resolve("MLmodel"));
    Files.copy(copy.resolve("input_example.json"), alone.resolve("input_example.json"));

    assertThat(whole.length).isGreaterThan(4 * 4 * 400);
    assertThat(MlflowDirectory.read(alone).model().bytes()).isEqualTo(whole);
  }

  @Test
  void aFolderThatMlflowDidNotSaveIsRefused() throws IOException {
    assertRefused(folder.resolve("nowhere"), "there is no folder", "mlflow.onnx.save_model");
    assertRefused(folder, "there is no file", "MLmodel", "mlflow.onnx.save_model");
    Path copy = copy("3.18", "bare");
    assertRefused(copy.resolve("MLmodel"), "is a file; expected the folder");
    Files.delete(copy.resolve("model.onnx"));
    assertRefused(copy, "names model.onnx as its model", "Copy the whole directory");
  }

  @Test
  void aModelWithoutTheOnnxFlavourIsRefusedWithTheWayToSaveIt() throws IOException {
    Path copy = copy("3.18", "bare");
    rewrite(copy, "  onnx:\n", "  sklearn:\n");

    assertRefused(copy, "[sklearn, python_function]", "skl2onnx", "mlflow.onnx.save_model");

    Files.writeString(copy.resolve("MLmodel"), "run_id: a\n");
    assertRefused(copy, "has the flavours []; expected onnx");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../other/model.onnx", "/etc/hostname", "a/../../model.onnx", "\"\\0\""})
  void aModelOutsideOfTheDirectoryIsRefused(String path) throws IOException {
    Path copy = copy("3.18", "bare");
    rewrite(copy, "    data: model.onnx\n    onnx", "    data: " + path + "\n    onnx");

    assertRefused(copy, "MLmodel names the file");
  }

  @Test
  void anExampleOutsideOfTheDirectoryIsRefused() throws IOException {
    Path copy = copy("3.18", "matrix");
    rewrite(copy, "artifact_path: input_example.json", "artifact_path: ../../secret.json");

    assertRefused(copy, "names the file '../../secret.json', which lies outside");
  }

  @Test
  void aLinkOutOfTheDirectoryIsRefused() throws IOException {
    Path copy = copy("3.18", "external");
    Path weights;
    try (Stream<Path> files = Files.list(copy)) {
      weights = files.filter(file -> file.toString().endsWith(".data")).findAny().orElseThrow();
    }
    Path elsewhere = folder.resolve("weights");
    Files.move(weights, elsewhere);
    Files.createSymbolicLink(weights, elsewhere);

    assertRefused(copy, "is a link out of the model's directory");
  }

  @Test
  void aLinkWithinTheDirectoryIsFollowed() throws IOException {
    Path copy = copy("3.18", "bare");
    Files.move(copy.resolve("model.onnx"), copy.resolve("saved.onnx"));
    Files.createSymbolicLink(copy.resolve("model.onnx"), Path.of("saved.onnx"));

    assertThat(MlflowDirectory.read(copy).model().bytes())
        .isEqualTo(Files.readAllBytes(saved("3.18", "bare").resolve("model.onnx")));
  }

  @Test
  void aFileOfAliasesOfAliasesIsRefused() throws IOException {
    Path copy = copy("3.18", "bare");
    Path file = copy.resolve("MLmodel");
    String saved = Files.readString(file);
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      String inner = String.join(", ", Collections.nCopies(9, "*a" + (i - 1)));
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, inner));
    }

    Files.writeString(file, "a: &a [x]\nb: [*a, *a]\n" + saved);
    assertThat(MlflowDirectory.read(copy).lineage()).containsKey("mlflow.version");

    Files.writeString(file, bomb + saved);
    assertRefused(copy, "MLmodel:1: no valid YAML", "aliases");
  }

  @Test
  void aFileThatIsNoMlmodelIsRefusedWithItsLine() throws IOException {
    Path copy = copy("3.18", "bare");
    Path file = copy.resolve("MLmodel");

    Files.writeString(file, "[".repeat(5_000));
    assertRefused(copy, "nested deeper than");

    Files.writeString(file, "flavors: {\n");
    assertRefused(copy, "no valid YAML");

    Files.writeString(file, "- a\n");
    assertRefused(copy, "expected an MLmodel");

    Files.writeString(file, "run_id: a\nrun_id: b\n");
    assertRefused(copy, "MLmodel:2: run_id stands twice");

    Files.write(file, "#".repeat((4 << 20) + 1).getBytes(UTF_8));
    assertRefused(copy, "more than 4194304 bytes");
  }

  @Test
  void aSignatureThatIsNoJsonIsRefused() throws IOException {
    Path copy = copy("3.18", "external");
    rewrite(copy, "'[{\"type\": \"tensor\"", "'[{\"type\": tensor");

    assertRefused(copy, "inputs of the signature is no JSON");
  }

  @Test
  void columnsInAnotherOrderThanTheFeaturesAreRefused() {
    MlflowDirectory saved = MlflowDirectory.read(saved("3.18", "matrix"));
    Signature matrix = signature(saved);
    List<String> features = List.of("event.hour", "event.count", "event.amount");
    List<String> right = List.of("event.amount", "event.count", "event.hour");

    assertThatThrownBy(() -> saved.requireOrder(matrix, Map.of(), features))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("trained on the columns [amount, count, hour]")
        .hasMessageContaining("inputs: { X: [event.amount, event.count, event.hour] }");
    assertThatCode(() -> saved.requireOrder(matrix, Map.of("X", right), features))
        .doesNotThrowAnyException();
    assertThatCode(() -> saved.requireOrder(matrix, Map.of(), right)).doesNotThrowAnyException();
    assertThatCode(() -> saved.requireOrder(matrix, Map.of(), List.of("b.x", "b.y", "b.z")))
        .as("names that say nothing")
        .doesNotThrowAnyException();
  }

  @Test
  void severalInputsAreFedByNameWhateverTheOrder() {
    MlflowDirectory saved = MlflowDirectory.read(saved("3.18", "columns"));
    List<String> features = List.of("event.abroad", "event.country", "event.count", "event.amount");

    assertThatCode(() -> saved.requireOrder(signature(saved), Map.of(), features))
        .doesNotThrowAnyException();
  }

  private static Signature signature(MlflowDirectory saved) {
    try (OnnxSession session = OnnxSession.open(saved.model())) {
      return session.signature();
    }
  }

  private static void assertRefused(Path directory, String... words) {
    assertThatThrownBy(() -> MlflowDirectory.read(directory))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL))
        .hasMessageContainingAll(words);
  }

  private static Map<String, Optional<ValueType>> features(String... declared) {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    for (String feature : declared) {
      int space = feature.indexOf(' ');
      features.put(
          feature.substring(0, space),
          Optional.of(ValueType.valueOf(feature.substring(space + 1))));
    }
    return features;
  }

  private static Path saved(String version, String name) {
    String resource = "/mlflow/%s/%s".formatted(version, name);
    try {
      return Path.of(
          Objects.requireNonNull(MlflowDirectoryTest.class.getResource(resource), resource)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path copy(String version, String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(saved(version, name))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static void rewrite(Path directory, String from, String to) throws IOException {
    Path file = directory.resolve("MLmodel");
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }
}

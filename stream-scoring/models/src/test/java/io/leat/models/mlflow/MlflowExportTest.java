package io.leat.models.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.onnx.Fixture;
import io.leat.models.onnx.OnnxSession;
import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories that Leat writes for MLflow. interop/mlflow has them written into the folder {@code
 * leat.mlflow.exports}, and loads them with MLflow itself.
 */
class MlflowExportTest {
  private static final Map<String, String> METADATA =
      Map.of("leat.model", "fraud", "leat.features", "event.amount, \"quoted\": # and\nso on");

  @TempDir Path temporary;

  private Path folder;

  @BeforeEach
  void chooseTheFolder() {
    folder =
        Optional.ofNullable(System.getProperty("leat.mlflow.exports"))
            .map(Path::of)
            .orElse(temporary);
  }

  @Test
  void everyModelIsReadBackAsItWasWritten() throws IOException {
    List<String> names = Fixture.names();
    assertThat(names).hasSizeGreaterThan(10);
    for (String name : names) {
      byte[] onnx = Fixture.read(name).onnx();
      Path directory = folder.resolve(name);

      MlflowDirectory.write(directory, onnx, METADATA);

      MlflowDirectory read = MlflowDirectory.read(directory);
      assertThat(read.model().bytes()).as(name).isEqualTo(onnx);
      assertThat(read.inputs()).as(name).isNotEmpty();
    }
  }

  @Test
  void theSignatureIsTheGraphs() {
    assertThat(export("sklearn_random_forest").inputs())
        .as("an only input has no name, so that MLflow takes a matrix or a frame for it")
        .containsExactly(new ColumnSpec(Optional.empty(), "float32", List.of(-1L, 4L)));
    MlflowDirectory every = export("every_type");
    assertThat(every.inputs())
        .containsExactly(
            new ColumnSpec(Optional.of("amount"), "float64", List.of(-1L)),
            new ColumnSpec(Optional.of("count"), "int64", List.of(-1L)),
            new ColumnSpec(Optional.of("hour"), "int32", List.of(-1L)),
            new ColumnSpec(Optional.of("abroad"), "bool", List.of(-1L)),
            new ColumnSpec(Optional.of("country"), "str", List.of(-1L)));
    assertThat(every.outputs())
        .extracting(output -> output.name().orElseThrow())
        .containsExactly("total", "same_country", "at_home", "same_hour");
    assertThat(export("sklearn_random_forest_zipmap").outputs())
        .as("maps have no place in a signature")
        .isEmpty();
  }

  @Test
  void itNamesTheRuntimeThatScoredHere() throws IOException {
    export("sklearn_float64");

    assertThat(temporary.resolve("sklearn_float64"))
        .isDirectoryContaining("glob:**/{MLmodel,conda.yaml,python_env.yaml}");
    assertThat(temporary.resolve("sklearn_float64/requirements.txt"))
        .hasContent("mlflow\nonnx\nonnxruntime==%s\n".formatted(OnnxSession.runtimeVersion()));
  }

  @Test
  void theSameModelMakesTheSameFiles() throws IOException {
    byte[] onnx = Fixture.read("sklearn_float64").onnx();
    MlflowDirectory.write(temporary.resolve("a"), onnx, METADATA);
    MlflowDirectory.write(temporary.resolve("b"), onnx, METADATA);

    try (Stream<Path> files = Files.list(temporary.resolve("a"))) {
      assertThat(files.toList())
          .hasSize(5)
          .allSatisfy(
              file ->
                  assertThat(temporary.resolve("b").resolve(file.getFileName()))
                      .hasSameBinaryContentAs(file));
    }
  }

  @Test
  void aFolderThatHasFilesIsLeftAlone() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("full"));
    Files.writeString(directory.resolve("MLmodel"), "mine");

    assertThatThrownBy(
            () ->
                MlflowDirectory.write(directory, Fixture.read("sklearn_float64").onnx(), Map.of()))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT))
        .hasMessageContaining("has files; expected an empty one");
    assertThat(directory.resolve("MLmodel")).hasContent("mine");
    assertThat(directory).isDirectoryNotContaining("glob:**/model.onnx");
  }

  @Test
  void whatIsNoModelIsRefusedBeforeAnythingIsWritten() {
    Path directory = temporary.resolve("none");

    assertThatThrownBy(() -> MlflowDirectory.write(directory, new byte[] {1, 2, 3}, Map.of()))
        .isInstanceOf(ModelException.class);
    assertThat(directory).doesNotExist();
  }

  private MlflowDirectory export(String fixture) {
    Path directory = temporary.resolve(fixture);
    MlflowDirectory.write(directory, Fixture.read(fixture).onnx(), Map.of());
    return MlflowDirectory.read(directory);
  }
}

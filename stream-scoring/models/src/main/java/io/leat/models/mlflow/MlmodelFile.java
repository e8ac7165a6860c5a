package io.leat.models.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import io.leat.pipeline.yaml.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The file {@code MLmodel} of a directory. Only what Leat needs is looked at. An alias is not
 * expanded, and a file of more than fifty is refused, so a small file cannot become a large one.
 */
final class MlmodelFile {
  static final String NAME = "MLmodel";

  /** A signature of ten thousand columns has a quarter of that. */
  private static final int MOST_BYTES = 4 << 20;

  /** An example shows what a model takes; a larger one is left out. */
  private static final int MOST_EXAMPLE_BYTES = 16 << 20;

  /** MLflow writes NaN as Python's json does. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final Path path;
  private final Block root;
  private final Problems problems;

  private MlmodelFile(Path path, Block root, Problems problems) {
    this.path = path;
    this.root = root;
    this.problems = problems;
  }

  static MlmodelFile read(Path folder) {
    Path path = folder.resolve(NAME);
    byte[] bytes;
    try (InputStream file = Files.newInputStream(path)) {
      bytes = file.readNBytes(MOST_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "there is no file %s; expected a folder that mlflow.onnx.save_model saved."
              .formatted(path),
          e);
    } catch (IOException e) {
      throw new ModelException("cannot read %s: %s".formatted(path, e), e);
    }
    if (bytes.length > MOST_BYTES) {
      throw new ModelException(
          "%s has more than %d bytes; expected what mlflow.onnx.save_model writes."
              .formatted(path, MOST_BYTES));
    }
    Problems problems = new Problems();
    Block root =
        Yaml.read(new String(bytes, UTF_8), NAME, problems)
            .flatMap(value -> value.openBlock("an MLmodel"))
            .orElseThrow(() -> refusal(path, problems));
    return new MlmodelFile(path, root, problems);
  }

  /** Where the ONNX file lies, relative to the directory, as the file says. */
  String data() {
    Block flavors = block(root, "flavors").orElseThrow(this::noOnnx);
    Block onnx = block(flavors, "onnx").orElseThrow(this::noOnnx);
    return text(onnx, "data")
        .orElseThrow(
            () ->
                new ModelException(
                    "%s: the flavour onnx names no data; expected the name of its ONNX file."
                        .formatted(path)));
  }

  List<ColumnSpec> inputs() {
    return columns("inputs");
  }

  List<ColumnSpec> outputs() {
    return columns("outputs");
  }

  Map<String, String> lineage() {
    Map<String, String> lineage = new LinkedHashMap<>();
    text(root, "run_id").ifPresent(run -> lineage.put(MlflowDirectory.RUN, run));
    text(root, "model_id")
        .or(() -> text(root, "model_uuid"))
        .ifPresent(id -> lineage.put(MlflowDirectory.MODEL_ID, id));
    text(root, "mlflow_version")
        .ifPresent(version -> lineage.put(MlflowDirectory.VERSION, version));
    text(root, "utc_time_created").ifPresent(time -> lineage.put(MlflowDirectory.CREATED, time));
    return lineage;
  }

  /**
   * The saved example.
   *
   * @param within where a file of the directory lies
   */
  Optional<InputExample> example(Function<String, Path> within) {
    Optional<Block> info = block(root, "saved_input_example_info");
    Optional<Path> file = info.flatMap(saved -> text(saved, "artifact_path")).map(within);
    if (info.isEmpty() || file.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (Files.size(file.get()) > MOST_EXAMPLE_BYTES) {
        return Optional.empty();
      }
      JsonNode example = JSON.readTree(file.get().toFile());
      boolean hasParameters = text(info.get(), "params").isPresent();
      return InputExample.of(
          hasParameters ? example.path("inputs") : example, text(info.get(), "type").orElse(""));
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the example %s: %s. Copy the whole directory that MLflow saved."
              .formatted(file.get(), e.getMessage()),
          e);
    }
  }

  private List<ColumnSpec> columns(String side) {
    Optional<String> json = block(root, "signature").flatMap(signature -> text(signature, side));
    List<ColumnSpec> columns = new ArrayList<>();
    if (json.isPresent()) {
      try {
        JSON.readTree(json.get()).forEach(entry -> columns.add(ColumnSpec.of(entry)));
      } catch (JsonProcessingException e) {
        throw new ModelException(
            "%s: %s of the signature is no JSON: %s. Save the model anew with mlflow.onnx.save_model."
                .formatted(path, side, e.getOriginalMessage()),
            e);
      }
    }
    return columns;
  }

  /** A mapping; empty where the key is absent or null. */
  private Optional<Block> block(Block outer, String key) {
    return present(outer, key).map(value -> value.openBlock(key).orElseThrow(this::refusal));
  }

  /** A text or number; empty where the key is absent or null. */
  private Optional<String> text(Block outer, String key) {
    return present(outer, key).map(value -> value.text().orElseThrow(this::refusal));
  }

  private Optional<Value> present(Block outer, String key) {
    if (root.isBroken()) {
      throw refusal(); // a key stands twice
    }
    return outer.get(key).filter(value -> !value.isNull());
  }

  private ModelException refusal() {
    return refusal(path, problems);
  }

  private static ModelException refusal(Path path, Problems problems) {
    try {
      problems.throwIfAny();
      return new ModelException("%s is no MLmodel.".formatted(path));
    } catch (PipelineException e) {
      return new ModelException(
          "%s is not as mlflow.onnx.save_model writes it:\n%s".formatted(path, e.getMessage()), e);
    }
  }

  private ModelException noOnnx() {
    List<String> flavors =
        block(root, "flavors").stream()
            .flatMap(found -> found.values().stream())
            .map(Value::name)
            .toList();
    return new ModelException(
        "%s has the flavours %s; expected onnx. Convert the model (skl2onnx.to_onnx, onnxmltools, torch.onnx.export), and save that with mlflow.onnx.save_model(onnx_model, path)."
            .formatted(path, flavors));
  }
}

package io.leat.models.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.models.onnx.OnnxSession;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.Signature.Tensor;
import io.leat.models.onnx.Signature.Value;
import io.leat.pipeline.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of a directory that MLflow loads; the same for the same model and metadata.
 *
 * <p>YAML is written as lines; what is not fixed stands in quotes as in JSON, which YAML reads.
 */
final class MlflowExport {
  private static final String MODEL = "model.onnx";

  /** The one that exports were loaded with (interop/mlflow). */
  private static final String PYTHON = "3.11";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final byte[] onnx;
  private final Signature signature;
  private final Map<String, String> metadata;

  private MlflowExport(byte[] onnx, Signature signature, Map<String, String> metadata) {
    this.onnx = onnx;
    this.signature = signature;
    this.metadata = new TreeMap<>(metadata);
  }

  static MlflowExport of(Path folder, byte[] onnx, Map<String, String> metadata) {
    ModelFile file = new ModelFile(folder.resolve(MODEL), onnx, Sha256.hex(onnx));
    try (OnnxSession session = OnnxSession.open(file)) {
      return new MlflowExport(onnx, session.signature(), metadata);
    }
  }

  void write(Path folder) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new LeatException(
              ErrorCode.INPUT,
              "the folder %s has files; expected an empty one, or none. Give another, or move them away."
                  .formatted(folder));
        }
      }
      Files.write(folder.resolve(MODEL), onnx);
      Files.writeString(folder.resolve("requirements.txt"), lines(requirements()));
      Files.writeString(folder.resolve("python_env.yaml"), pythonEnvironment());
      Files.writeString(folder.resolve("conda.yaml"), condaEnvironment());
      // Last: a directory without it is none of MLflow's.
      Files.writeString(folder.resolve(MlmodelFile.NAME), mlmodel());
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          "the folder %s cannot be written: %s. Give one that can, or its permissions."
              .formatted(folder, e),
          e);
    }
  }

  private String mlmodel() {
    StringBuilder text =
        new StringBuilder(
            """
            flavors:
              onnx:
                code: null
                data: %s
                onnx_session_options: null
                providers:
                - CPUExecutionProvider
              python_function:
                data: %s
                env:
                  conda: conda.yaml
                  virtualenv: python_env.yaml
                loader_module: mlflow.onnx
                python_version: %s
            """
                .formatted(MODEL, MODEL, quoted(PYTHON)));
    if (!metadata.isEmpty()) {
      text.append("metadata:\n");
      metadata.forEach(
          (key, value) -> text.append("  %s: %s\n".formatted(quoted(key), quoted(value))));
    }
    text.append("model_size_bytes: %d\n".formatted(onnx.length));
    inputs()
        .ifPresent(
            inputs ->
                text.append(
                    """
                    signature:
                      inputs: %s
                      outputs: %s
                      params: null
                    """
                        .formatted(
                            quoted(inputs.toString()),
                            outputs().map(outputs -> quoted(outputs.toString())).orElse("null"))));
    return text.toString();
  }

  /** A graph's only input has no name: MLflow takes a matrix or a frame for it then. */
  private Optional<ArrayNode> inputs() {
    return tensors(signature.inputs(), signature.inputs().size() > 1);
  }

  private Optional<ArrayNode> outputs() {
    return tensors(signature.outputs(), true);
  }

  /** Empty where not all of them are tensors of a known shape: MLflow has no words for the rest. */
  private static Optional<ArrayNode> tensors(List<Value> values, boolean named) {
    ArrayNode tensors = JsonNodeFactory.instance.arrayNode();
    for (Value value : values) {
      if (!(value instanceof Tensor tensor) || tensor.shape().isEmpty()) {
        return Optional.empty();
      }
      ObjectNode entry = tensors.addObject();
      if (named) {
        entry.put("name", tensor.name());
      }
      entry.put("type", "tensor");
      ObjectNode spec = entry.putObject("tensor-spec");
      spec.put("dtype", numpyType(tensor));
      ArrayNode shape = spec.putArray("shape");
      tensor.shape().forEach(shape::add);
    }
    return Optional.of(tensors);
  }

  private static String numpyType(Tensor tensor) {
    return switch (tensor.type()) {
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case BOOL -> "bool";
      case STRING -> "str";
    };
  }

  /** ONNX Runtime in the version that scored here. */
  private static List<String> requirements() {
    return List.of("mlflow", "onnx", "onnxruntime==" + OnnxSession.runtimeVersion());
  }

  private static String pythonEnvironment() {
    return """
        python: %s
        build_dependencies:
        - pip
        dependencies:
        - -r requirements.txt
        """
        .formatted(quoted(PYTHON));
  }

  private static String condaEnvironment() {
    return """
        channels:
        - conda-forge
        dependencies:
        - python=%s
        - pip
        - pip:
        %s
        name: mlflow-env
        """
        .formatted(
            PYTHON,
            requirements().stream().map(line -> "  - " + line).collect(Collectors.joining("\n")));
  }

  private static String lines(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }

  private static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a text is JSON", e);
    }
  }
}

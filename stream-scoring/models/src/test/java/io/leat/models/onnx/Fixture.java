package io.leat.models.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelFile;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A model of another library, rows, and what is expected of it. */
public record Fixture(String name, byte[] onnx, JsonNode cases) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** All there are. */
  public static List<String> names() {
    try (Stream<Path> folders = Files.list(folder())) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Fixture read(String name) {
    try {
      return new Fixture(
          name, bytes(name + "/model.onnx"), JSON.readTree(bytes(name + "/cases.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As a stream: in other modules the fixtures lie in a jar. */
  private static byte[] bytes(String file) throws IOException {
    try (InputStream stream = Fixture.class.getResourceAsStream("/fixtures/" + file)) {
      return Objects.requireNonNull(stream, file).readAllBytes();
    }
  }

  private static Path folder() {
    URL folder = Objects.requireNonNull(Fixture.class.getResource("/fixtures"), "fixtures");
    try {
      return Path.of(folder.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Types of the features, by name, in order. */
  public Map<String, Optional<ValueType>> features() {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    cases
        .get("features")
        .forEach(
            feature ->
                features.put(
                    feature.get("name").asText(),
                    Optional.of(ValueType.valueOf(feature.get("type").asText()))));
    return features;
  }

  /** Input of the graph to the features that it takes. */
  public Map<String, List<String>> inputs() {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    cases
        .get("inputs")
        .properties()
        .forEach(
            input -> {
              List<String> features = new ArrayList<>();
              input.getValue().forEach(feature -> features.add(feature.asText()));
              inputs.put(input.getKey(), features);
            });
    return inputs;
  }

  public List<String> outputs() {
    return names("outputs");
  }

  /** Outputs of which the library itself says the values. */
  public List<String> libraryOutputs() {
    return names("library");
  }

  private List<String> names(String key) {
    List<String> names = new ArrayList<>();
    cases.get(key).fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Values of the features, in order. */
  public List<List<@Nullable Object>> rows() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (JsonNode row : cases.get("rows")) {
      List<@Nullable Object> values = new ArrayList<>();
      row.forEach(value -> values.add(value.isNull() ? null : value(value)));
      rows.add(values);
    }
    return rows;
  }

  /**
   * @param by outputs (ONNX Runtime for Python) or library
   */
  public JsonNode expected(String by, String output, int row) {
    return cases.get(by).get(output).get(row);
  }

  /** How far a number may be from the library's, relative to it. */
  public double tolerance() {
    return cases.get("tolerance").asDouble();
  }

  static Object value(JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isIntegralNumber() ? (Object) node.longValue() : (Object) node.doubleValue();
  }

  /** The model with all of its outputs, each under its own name; what is missing is NaN. */
  public OnnxModel open() {
    ModelFile file = new ModelFile(Path.of(name, "model.onnx"), onnx, "");
    Map<String, Model.Output> outputs = new LinkedHashMap<>();
    outputs().forEach(output -> outputs.put(output, new Model.Output(output, Optional.empty())));
    Model.Output score;
    try (OnnxSession session = OnnxSession.open(file)) {
      score = FixturesTest.score(session.signature(), this);
    }
    return OnnxModel.open(
        file,
        new Model(
            name,
            "1",
            "service",
            1,
            file.path(),
            file.path().resolveSibling("reference-profile.json"),
            "",
            "",
            inputs(),
            new Model.Nulls(Optional.of(Model.Nulls.MISSING), Map.of()),
            score,
            outputs,
            List.of(),
            Model.Approval.NONE,
            Optional.empty(),
            List.of(),
            Fallback.CHAMPION),
        features());
  }
}

package io.leat.models.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.pipeline.definition.Model.Decision;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.definition.ServiceId;
import io.leat.pipeline.expression.Expression;
import io.leat.schemas.CanonicalJson;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a version is made of. The SHA-256 of its canonical JSON (RFC 8785) is the version's digest,
 * so that a version cannot change: its files are named by their own SHA-256 in it.
 *
 * @param files ordered by path; one is {@link #MODEL}
 * @param owner who answers for the model
 * @param intendedUse what it is for
 * @param lineage where it comes from, name to value: {@code training_set} (SHA-256 of its lineage),
 *     {@code mlflow.run} and so on
 */
public record Manifest(
    List<PackagedFile> files,
    Serving serving,
    String owner,
    String intendedUse,
    Map<String, String> lineage) {
  /** The graph, with all its weights. */
  public static final String MODEL = "model.onnx";

  /** The profile of the training data; not every version has one. */
  public static final String REFERENCE_PROFILE = "reference-profile.json";

  /** Vectors and the scores that the trainer's own library gave them; not every version has one. */
  public static final String GOLDEN_BATCH = "golden-batch.json";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT = 1;
  private static final String MISSING = "missing";

  public Manifest {
    files = files.stream().sorted(Comparator.comparing(PackagedFile::path)).toList();
    lineage = Collections.unmodifiableMap(new TreeMap<>(lineage));
  }

  /** A file of the version; empty where it has none of this path. */
  public Optional<PackagedFile> file(String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }

  /** The graph. */
  public PackagedFile model() {
    return file(MODEL).orElseThrow();
  }

  /** SHA-256 (hex) of {@link #json}: the version's id. */
  public String digest() {
    return Sha256.hex(json());
  }

  /** Canonical JSON of all of it. */
  public String json() {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    ObjectNode manifest = nodes.objectNode();
    manifest.put("format", FORMAT);
    ArrayNode packaged = manifest.putArray("files");
    for (PackagedFile file : files) {
      packaged
          .addObject()
          .put("path", file.path())
          .put("size", file.size())
          .put("sha256", file.sha256());
    }
    manifest.set("serving", serving(nodes));
    manifest.put("owner", owner);
    manifest.put("intended_use", intendedUse);
    ObjectNode origins = manifest.putObject("lineage");
    lineage.forEach(origins::put);
    return CanonicalJson.of(manifest);
  }

  private ObjectNode serving(JsonNodeFactory nodes) {
    ObjectNode json = nodes.objectNode();
    json.put("service", serving.service().name());
    json.put("service_version", serving.service().version());
    json.put("definition", serving.definition());
    ArrayNode features = json.putArray("features");
    serving
        .features()
        .forEach(
            (name, type) -> {
              ObjectNode feature = features.addObject().put("name", name);
              type.ifPresent(known -> feature.put("type", known.name()));
            });
    ObjectNode inputs = json.putObject("inputs");
    serving
        .inputs()
        .forEach(
            (input, names) -> {
              ArrayNode taken = inputs.putArray(input);
              names.forEach(taken::add);
            });
    ObjectNode nulls = json.putObject("nulls");
    serving.nulls().defaultValue().ifPresent(value -> put(nulls, "default", value));
    ObjectNode byFeature = nulls.putObject("by_feature");
    serving.nulls().byFeature().forEach((name, value) -> put(byFeature, name, value));
    ObjectNode texts = nulls.putObject("texts");
    serving.nulls().texts().forEach(texts::put);
    json.set("score", output(serving.score(), nodes));
    ArrayNode outputs = json.putArray("outputs");
    serving.outputs().forEach((name, place) -> outputs.add(output(place, nodes).put("name", name)));
    ArrayNode decisions = json.putArray("decisions");
    for (Decision decision : serving.decisions()) {
      decisions
          .addObject()
          .put("name", decision.name())
          .put("condition", decision.condition().text());
    }
    // Left out where it is not declared, so that older versions keep their digests.
    serving
        .explain()
        .ifPresent(
            explain ->
                json.putObject("explain")
                    .put("top", explain.top())
                    .put("when", explain.when().name())
                    .put("share", explain.share()));
    return json;
  }

  private static void put(ObjectNode object, String name, double value) {
    if (Double.isNaN(value)) {
      object.put(name, MISSING); // JSON has no NaN
    } else {
      object.put(name, value);
    }
  }

  private static ObjectNode output(Output output, JsonNodeFactory nodes) {
    ObjectNode json = nodes.objectNode().put("output", output.output());
    output.element().ifPresent(element -> json.put("element", element));
    return json;
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws LeatException if it is no manifest, or one of a later format
   */
  public static Manifest parse(String json) {
    try {
      JsonNode tree = JSON.readTree(json);
      if (tree.path("format").asInt() != FORMAT) {
        throw new LeatException(
            ErrorCode.MODEL,
            "a model version's manifest has the format %s; expected %d. A later release wrote it: use that one."
                .formatted(tree.path("format"), FORMAT));
      }
      List<PackagedFile> files = new ArrayList<>();
      tree.path("files")
          .forEach(
              file ->
                  files.add(
                      new PackagedFile(
                          text(file, "path"), file.path("size").asLong(), text(file, "sha256"))));
      Map<String, String> lineage = new TreeMap<>();
      tree.path("lineage")
          .properties()
          .forEach(one -> lineage.put(one.getKey(), one.getValue().asText()));
      return new Manifest(
          files,
          serving(tree.path("serving")),
          text(tree, "owner"),
          text(tree, "intended_use"),
          lineage);
    } catch (JsonProcessingException e) {
      throw new LeatException(
          ErrorCode.MODEL, "a model version's manifest is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Serving serving(JsonNode json) {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    json.path("features")
        .forEach(
            feature ->
                features.put(
                    text(feature, "name"), optional(feature, "type").map(ValueType::valueOf)));
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    json.path("inputs")
        .properties()
        .forEach(
            input -> {
              List<String> names = new ArrayList<>();
              input.getValue().forEach(name -> names.add(name.asText()));
              inputs.put(input.getKey(), names);
            });
    Map<String, Output> outputs = new LinkedHashMap<>();
    json.path("outputs").forEach(place -> outputs.put(text(place, "name"), output(place)));
    List<Decision> decisions = new ArrayList<>();
    json.path("decisions")
        .forEach(
            decision ->
                decisions.add(
                    new Decision(
                        text(decision, "name"),
                        new Expression(text(decision, "condition"), "manifest", 1))));
    return new Serving(
        new ServiceId(text(json, "service"), json.path("service_version").asInt()),
        text(json, "definition"),
        features,
        inputs,
        nulls(json.path("nulls")),
        output(json.path("score")),
        outputs,
        decisions,
        Optional.ofNullable(json.get("explain")).map(Manifest::explain));
  }

  private static Explain explain(JsonNode json) {
    return new Explain(
        json.path("top").asInt(),
        Explain.When.valueOf(text(json, "when")),
        json.path("share").asDouble());
  }

  private static Nulls nulls(JsonNode json) {
    Map<String, Double> byFeature = new TreeMap<>();
    json.path("by_feature")
        .properties()
        .forEach(one -> byFeature.put(one.getKey(), number(one.getValue())));
    Map<String, String> texts = new TreeMap<>();
    json.path("texts")
        .properties()
        .forEach(one -> texts.put(one.getKey(), one.getValue().asText()));
    return new Nulls(
        json.has("default") ? Optional.of(number(json.path("default"))) : Optional.empty(),
        byFeature,
        texts);
  }

  private static double number(JsonNode value) {
    return value.isTextual() ? Nulls.MISSING : value.asDouble();
  }

  private static Output output(JsonNode json) {
    return new Output(text(json, "output"), optional(json, "element"));
  }

  private static String text(JsonNode object, String name) {
    return optional(object, name)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.MODEL,
                    "a model version's manifest lacks %s: %s".formatted(name, object)));
  }

  private static Optional<String> optional(JsonNode object, String name) {
    @Nullable JsonNode value = object.get(name);
    return value == null ? Optional.empty() : Optional.of(value.asText());
  }
}

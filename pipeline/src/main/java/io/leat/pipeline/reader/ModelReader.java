package io.leat.pipeline.reader;

import io.leat.common.Lookups;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Expression;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Model.Decision;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Suggestions;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.model.TextFeatures;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code models/<name>/model.yaml}. */
public final class ModelReader {
  public static final Keys KEYS =
      Keys.of("a model")
          .requires("model", "version", "service", "artifact", "outputs")
          .allows("description", "owner", "intended_use", "reference", "nulls", "decision");
  public static final Keys OUTPUT_KEYS = Keys.of("outputs").requires("score");

  private static final String DEFAULT = "default";
  private static final String MISSING = "missing";

  static final String DEFAULT_REFERENCE = "reference-profile.json";

  private static final Pattern SERVICE = Pattern.compile("([^@\\s]+)@(\\d{1,9})");
  private static final Pattern OUTPUT = Pattern.compile("([^\\[\\]\\s]+)(?:\\[(\\d{1,6})\\])?");
  private static final Scope SCORE = Scope.ofScore();

  private final Folder folder;
  private final String pipelineOwner;
  private final Declared<Contract> contracts;
  private final DeclaredViews views;
  private final Declared<FeatureService> services;
  private final boolean artifactMayBeAbsent;
  private final Map<String, Value> artifacts = new HashMap<>();

  ModelReader(
      Folder folder,
      String pipelineOwner,
      Declared<Contract> contracts,
      DeclaredViews views,
      Declared<FeatureService> services,
      boolean artifactMayBeAbsent) {
    this.folder = folder;
    this.pipelineOwner = pipelineOwner;
    this.contracts = contracts;
    this.views = views;
    this.services = services;
    this.artifactMayBeAbsent = artifactMayBeAbsent;
  }

  /** Reports, where the file is named, what does not fit. */
  void check(Model model, Pipeline pipeline, PipelineReader.ModelCheck check) {
    try {
      check.check(model, pipeline);
    } catch (ModelException e) {
      Lookups.required(artifacts, model.name()).problem("%s", e.getMessage());
    }
  }

  Optional<Model> read(Block block, String name) {
    block.get("artifact").ifPresent(place -> artifacts.put(name, place));
    Optional<String> version = block.get("version").flatMap(value -> value.name(NameRule.VERSION));
    Optional<FeatureService> service = block.get("service").flatMap(this::service);
    service.ifPresent(found -> refuseText(block.get("service").orElseThrow(), found));
    Optional<Path> artifact = block.get("artifact").flatMap(this::artifact);
    Optional<Path> reference = reference(block, artifact);
    Nulls nulls =
        block
            .get("nulls")
            .flatMap(value -> value.openBlock("nulls"))
            .map(entries -> nulls(entries, service))
            .orElse(new Nulls(Optional.empty(), Map.of()));
    Optional<Output> score =
        block
            .get("outputs")
            .flatMap(value -> value.block(OUTPUT_KEYS))
            .flatMap(outputs -> outputs.get("score"))
            .flatMap(ModelReader::output);
    List<Decision> decisions =
        block
            .get("decision")
            .flatMap(value -> value.openBlock("decisions by name"))
            .map(this::decisions)
            .orElse(List.of());
    String owner = block.get("owner").flatMap(Value::text).orElse(pipelineOwner);
    String intendedUse = block.get("intended_use").flatMap(Value::text).orElse("");
    if (block.isBroken() || service.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Model(
            name,
            version.orElseThrow(),
            service.get().name(),
            service.get().version(),
            artifact.orElseThrow(),
            reference.orElseThrow(),
            owner,
            intendedUse,
            nulls,
            score.orElseThrow(),
            decisions));
  }

  private Optional<FeatureService> service(Value value) {
    Optional<String> text = value.text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher matcher = SERVICE.matcher(text.get());
    if (!matcher.matches()) {
      value.problem("service is '%s'; expected name@version, as in fraud@3", text.get());
      return Optional.empty();
    }
    return services
        .find(value, matcher.group(1))
        .filter(
            service -> {
              boolean same = service.version() == Integer.parseInt(matcher.group(2));
              if (!same) {
                value.problem(
                    "no service %s; the service %s has version %d. Did you mean %s@%d?",
                    text.get(),
                    service.name(),
                    service.version(),
                    service.name(),
                    service.version());
              }
              return same;
            });
  }

  /** Reports the features that are text: no vector with one is scored, nor learnt from. */
  private void refuseText(Value place, FeatureService service) {
    List<String> texts =
        TextFeatures.of(
            service,
            contracts.get(service.spine()).orElseThrow().schema(),
            views.all().stream().filter(service::means).toList());
    if (!texts.isEmpty()) {
      place.problem(
          "the service's features %s are text; a model reads numbers and booleans only. Take them"
              + " out of the service, or derive a number from each, as in 'is_x: event.field =="
              + " \"x\"'",
          String.join(", ", texts));
    }
  }

  private Optional<Path> artifact(Value value) {
    return folder
        .path(value)
        .filter(
            path -> {
              boolean right = artifactMayBeAbsent || Files.isRegularFile(path);
              if (!right) {
                value.problem(
                    "no file %s; expected an ONNX model there. 'leat train' makes one, whose score"
                        + " is %s[1]",
                    folder.relative(path), ModelMetadata.TRAINED_OUTPUT);
              }
              return right;
            });
  }

  /** The path under the key, or the usual name beside the artifact. */
  private Optional<Path> reference(Block block, Optional<Path> artifact) {
    Optional<Value> declared = block.get("reference");
    return declared.isPresent()
        ? folder.path(declared.get())
        : artifact.map(path -> path.resolveSibling(DEFAULT_REFERENCE));
  }

  private static Nulls nulls(Block entries, Optional<FeatureService> service) {
    Map<String, Double> byFeature = new LinkedHashMap<>();
    for (Value entry : entries.values()) {
      Optional<Double> number = standIn(entry);
      service
          .map(FeatureService::featureNames)
          .filter(names -> !entry.name().equals(DEFAULT) && !names.contains(entry.name()))
          .ifPresent(
              names ->
                  entry.problem(
                      "the service has no feature %s.%s",
                      entry.name(), Suggestions.didYouMean(entry.name(), names)));
      number.ifPresent(n -> byFeature.put(entry.name(), n));
    }
    return new Nulls(Optional.ofNullable(byFeature.remove(DEFAULT)), byFeature);
  }

  private static Optional<Double> standIn(Value entry) {
    return entry
        .text()
        .flatMap(
            text ->
                text.equals(MISSING)
                    ? Optional.of(Nulls.MISSING)
                    : entry.number("a number, or " + MISSING));
  }

  private static Optional<Output> output(Value value) {
    return value
        .text()
        .flatMap(
            text -> {
              Matcher matcher = OUTPUT.matcher(text);
              if (!matcher.matches()) {
                value.problem("score is '%s'; expected an output, as in probabilities[1]", text);
                return Optional.empty();
              }
              int index = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
              return Optional.of(new Output(matcher.group(1), index));
            });
  }

  private List<Decision> decisions(Block entries) {
    return entries.values().stream().flatMap(entry -> decision(entry).stream()).toList();
  }

  private Optional<Decision> decision(Value entry) {
    if (!NameRule.TOPIC.allows(entry.name())) {
      entry.problem(
          "decision '%s'; expected a name of %s", entry.name(), NameRule.TOPIC.description());
    }
    Optional<Expression> condition = entry.expression();
    condition.ifPresent(e -> Expressions.check(e, SCORE, Program.Result.BOOL, folder.problems()));
    return condition.map(e -> new Decision(entry.name(), e));
  }
}

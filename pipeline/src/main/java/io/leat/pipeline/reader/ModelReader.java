package io.leat.pipeline.reader;

import io.leat.common.Lookups;
import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Model.Approval;
import io.leat.pipeline.definition.Model.Decision;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.pipeline.definition.Model.Explain.When;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.definition.ModelStage;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Value;
import io.leat.schemas.ValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
          .allows(
              "description",
              "owner",
              "intended_use",
              "reference",
              "inputs",
              "nulls",
              "decision",
              "approval",
              "explain",
              "rollout",
              "guards",
              "loss",
              "fallback",
              "default_score");

  public static final Keys EXPLAIN_KEYS =
      Keys.of("what explains scores").requires("top").allows("when", "share");

  private static final String SCORE = "score";

  private static final String DEFAULT = "default";
  private static final String MISSING = "missing";

  static final String DEFAULT_REFERENCE = "reference-profile.json";

  private static final Pattern SERVICE = Pattern.compile("([^@\\s]+)@(\\d{1,9})");
  private static final Pattern OUTPUT =
      Pattern.compile("([^\\[\\]\\s]+)(?:\\[([^\\[\\]]{1,100})\\])?");
  private static final Scope DECISIONS = Scope.ofScore();

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
    Optional<Path> artifact = block.get("artifact").flatMap(this::artifact);
    Optional<Path> reference = reference(block, artifact);
    Nulls nulls =
        block
            .get("nulls")
            .flatMap(value -> value.openBlock("nulls"))
            .map(entries -> nulls(entries, service))
            .orElse(new Nulls(Optional.empty(), Map.of()));
    Map<String, List<String>> inputs =
        block
            .get("inputs")
            .flatMap(value -> value.openBlock("inputs of the graph by name"))
            .map(entries -> inputs(entries, service))
            .orElse(Map.of());
    Map<String, Output> outputs =
        block
            .get("outputs")
            .flatMap(value -> value.openBlock("outputs by name, as in { score: ... }"))
            .map(ModelReader::outputs)
            .orElse(Map.of());
    List<Decision> decisions =
        block
            .get("decision")
            .flatMap(value -> value.openBlock("decisions by name"))
            .map(this::decisions)
            .orElse(List.of());
    String owner = block.get("owner").flatMap(Value::text).orElse(pipelineOwner);
    String intendedUse = block.get("intended_use").flatMap(Value::text).orElse("");
    Approval approval =
        block.get("approval").flatMap(value -> value.oneOf(Approval.class)).orElse(Approval.NONE);
    Optional<Explain> explain =
        block
            .get("explain")
            .flatMap(value -> value.block(EXPLAIN_KEYS))
            .flatMap(ModelReader::explain);
    List<ModelStage> rollout =
        new RolloutReader(DeclaredLoss.read(block, service, contracts::get)).read(block);
    Fallback fallback = RolloutReader.fallback(block);
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
            inputs,
            nulls,
            Lookups.required(outputs, SCORE),
            others(outputs),
            decisions,
            approval,
            explain,
            rollout,
            fallback));
  }

  private static Optional<Explain> explain(Block block) {
    Optional<Integer> top = block.get("top").flatMap(value -> value.integer(1));
    When when = block.get("when").flatMap(value -> value.oneOf(When.class)).orElse(When.ALWAYS);
    Optional<Value> declared = block.get("share");
    if (declared.isPresent() != (when == When.SAMPLE)) {
      block.problem("share goes with when: sample, and with it alone");
    }
    Optional<Double> share = declared.flatMap(ModelReader::share);
    return top.map(count -> new Explain(count, when, share.orElse(1.0)));
  }

  private static Optional<Double> share(Value value) {
    Optional<Double> share = value.number();
    if (share.isPresent() && !(share.get() > 0 && share.get() <= 1)) {
      value.problem("share is %s; expected more than 0, at most 1", share.get());
    }
    return share;
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

  private Nulls nulls(Block entries, Optional<FeatureService> service) {
    Map<String, Optional<ValueType>> types = service.map(this::types).orElse(Map.of());
    Map<String, Double> byFeature = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    for (Value entry : entries.values()) {
      String feature = entry.name();
      if (types.getOrDefault(feature, Optional.empty()).equals(Optional.of(ValueType.STRING))) {
        entry.text().ifPresent(text -> texts.put(feature, text));
      } else {
        standIn(entry).ifPresent(number -> byFeature.put(feature, number));
      }
      if (!feature.equals(DEFAULT)) {
        requireFeature(entry, feature, service);
      }
    }
    return new Nulls(Optional.ofNullable(byFeature.remove(DEFAULT)), byFeature, texts);
  }

  private Map<String, Optional<ValueType>> types(FeatureService service) {
    return FeatureTypes.of(
        service, contracts.get(service.spine()).orElseThrow().schema(), views.all());
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

  private static Map<String, List<String>> inputs(Block entries, Optional<FeatureService> service) {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (Value entry : entries.values()) {
      List<Value> places = entry.isList() ? entry.nonEmptyList() : List.of(entry);
      List<String> features = new ArrayList<>();
      for (Value place : places) {
        place
            .text()
            .ifPresent(
                feature -> {
                  requireFeature(place, feature, service);
                  features.add(feature);
                });
      }
      inputs.put(entry.name(), List.copyOf(features));
    }
    return inputs;
  }

  private static void requireFeature(
      Value place, String feature, Optional<FeatureService> service) {
    service
        .map(FeatureService::featureNames)
        .filter(names -> !names.contains(feature))
        .ifPresent(
            names ->
                place.problem(
                    "the service has no feature %s.%s",
                    feature, Suggestions.didYouMean(feature, names)));
  }

  private static Map<String, Output> outputs(Block entries) {
    if (entries.get(SCORE).isEmpty()) {
      entries.problem("no score; outputs needs score");
    }
    Map<String, Output> outputs = new LinkedHashMap<>();
    for (Value entry : entries.values()) {
      if (!NameRule.IDENTIFIER.allows(entry.name())) {
        entry.problem(
            "output '%s'; expected a name of %s", entry.name(), NameRule.IDENTIFIER.description());
      }
      output(entry).ifPresent(output -> outputs.put(entry.name(), output));
    }
    return outputs;
  }

  private static Map<String, Output> others(Map<String, Output> outputs) {
    Map<String, Output> others = new LinkedHashMap<>(outputs);
    others.remove(SCORE);
    return others;
  }

  private static Optional<Output> output(Value value) {
    return value
        .text()
        .flatMap(
            text -> {
              Matcher matcher = OUTPUT.matcher(text);
              if (!matcher.matches()) {
                value.problem(
                    "%s is '%s'; expected an output, as in probabilities[1]", value.name(), text);
                return Optional.empty();
              }
              return Optional.of(
                  new Output(matcher.group(1), Optional.ofNullable(matcher.group(2))));
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
    condition.ifPresent(
        e -> Expressions.check(e, DECISIONS, Program.Result.BOOL, folder.problems()));
    return condition.map(e -> new Decision(entry.name(), e));
  }
}

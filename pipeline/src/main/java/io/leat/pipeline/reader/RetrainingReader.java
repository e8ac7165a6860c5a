package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Gates.Gate;
import io.leat.pipeline.definition.Gates.Metric;
import io.leat.pipeline.definition.Gates.Rule;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.definition.RetrainingPolicy.Budget;
import io.leat.pipeline.definition.RetrainingPolicy.Cause;
import io.leat.pipeline.definition.RetrainingPolicy.Conditions;
import io.leat.pipeline.definition.RetrainingPolicy.Harmful;
import io.leat.pipeline.definition.RetrainingPolicy.Veto;
import io.leat.pipeline.definition.Trainer;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code retraining/*.yaml}: retraining policies. */
public final class RetrainingReader {
  public static final Keys KEYS =
      Keys.of("a retraining policy")
          .requires("retraining", "when")
          .allows(
              "description",
              "model",
              "severity",
              "harmful",
              "veto",
              "cool_down",
              "needs",
              "budget",
              "schedule",
              "window",
              "trainer",
              "gates",
              "approval")
          .notYet("rollout");

  static final Keys NEEDS_KEYS = Keys.of("needs").requires("new_labels");
  static final Keys BUDGET_KEYS = Keys.of("a budget").requires("runs");
  static final Keys GATE_KEYS =
      Keys.of("gates")
          .allows(
              "auc",
              "log_loss",
              "brier",
              "calibration",
              "selection_rate_gap",
              "tpr_gap",
              "equalized_odds_gap",
              "latency_p99",
              "size",
              "segments",
              "protected");

  private static final String PROTECTED = "protected";

  static final Duration DEFAULT_COOL_DOWN = Duration.ofDays(7);

  private static final Pattern GATE =
      Pattern.compile(
          "(?<rule>not\\s+worse\\s+by|at\\s+most|at\\s+least)\\s+(?<value>\\d+(?:\\.\\d+)?|\\.\\d+)");
  private static final Pattern SIZE =
      Pattern.compile("at\\s+most\\s+(?<value>\\d{1,9})\\s*(?<unit>B|KB|MB|GB)");
  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB");
  private static final Pattern RUNS = Pattern.compile("(\\d{1,4})\\s+per\\s+(\\S+)");

  private final Declared<FeatureService> services;
  private final Declared<Model> models;
  private final Folder folder;

  RetrainingReader(Folder folder, Declared<FeatureService> services, Declared<Model> models) {
    this.folder = folder;
    this.services = services;
    this.models = models;
  }

  Optional<RetrainingPolicy> read(Block block, String name) {
    Optional<Model> model =
        block
            .get("model")
            .or(() -> block.get("retraining"))
            .flatMap(value -> value.text().flatMap(watched -> models.find(value, watched)));
    Set<Cause> causes = causes(block);
    Optional<Duration> schedule = block.get("schedule").flatMap(Value::duration);
    if (block.get("schedule").isPresent() != causes.contains(Cause.SCHEDULE)) {
      block
          .get("schedule")
          .or(() -> block.get("when"))
          .ifPresent(
              value -> value.problem("schedule is the period of when: [schedule]; give both"));
    }
    AlertSeverity severity =
        block
            .get("severity")
            .flatMap(value -> value.oneOf(AlertSeverity.class))
            .orElse(AlertSeverity.CRITICAL);
    Duration coolDown =
        block.get("cool_down").flatMap(Value::durationOrZero).orElse(DEFAULT_COOL_DOWN);
    Harmful harmful = harmful(block, causes, model);
    Set<Veto> veto = veto(block);
    int newLabels =
        block
            .get("needs")
            .flatMap(value -> value.block(NEEDS_KEYS))
            .flatMap(needs -> needs.get("new_labels"))
            .flatMap(value -> value.integer(1))
            .orElse(0);
    Optional<Budget> budget =
        block
            .get("budget")
            .flatMap(value -> value.block(BUDGET_KEYS))
            .flatMap(limits -> limits.get("runs"))
            .flatMap(RetrainingReader::budget);
    Optional<Duration> window = block.get("window").flatMap(Value::duration);
    Trainer trainer =
        block
            .get("trainer")
            .flatMap(value -> TrainerReader.read(value, folder))
            .orElse(Trainer.DEFAULT);
    Optional<FeatureService> service = model.flatMap(reads -> services.get(reads.service()));
    Gates gates =
        block.get("gates").flatMap(value -> gates(value, model, service)).orElse(Gates.DEFAULT);
    Model.Approval approval =
        block
            .get("approval")
            .flatMap(value -> value.oneOf(Model.Approval.class))
            .orElse(Model.Approval.NONE);
    if (block.isBroken() || model.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new RetrainingPolicy(
            name,
            model.get().name(),
            new Conditions(causes, severity, harmful, veto, coolDown, newLabels, budget, schedule),
            window,
            trainer,
            gates,
            approval));
  }

  private static Set<Cause> causes(Block block) {
    Set<Cause> causes = EnumSet.noneOf(Cause.class);
    List<String> names =
        Stream.of(Cause.values()).map(cause -> cause.name().toLowerCase(Locale.ROOT)).toList();
    for (Value entry : block.get("when").map(Value::nonEmptyList).orElse(List.of())) {
      Optional<String> text = entry.text();
      if (text.filter(cause -> !names.contains(cause)).isPresent()) {
        entry.problem(
            "when: %s; expected %s.%s",
            text.get(), String.join(", ", names), Suggestions.didYouMean(text.get(), names));
      } else if (text.isPresent()
          && !causes.add(Cause.valueOf(text.get().toUpperCase(Locale.ROOT)))) {
        entry.problem("when: %s stands twice", text.get());
      }
    }
    return causes;
  }

  /**
   * Only a model whose truth comes in can be told to be harmed, and only where somebody looks at
   * its performance: nothing would ever ask otherwise.
   */
  private Harmful harmful(Block block, Set<Cause> causes, Optional<Model> model) {
    boolean labelled =
        model
            .flatMap(reads -> services.get(reads.service()))
            .flatMap(FeatureService::label)
            .isPresent();
    Optional<Harmful> declared = block.get("harmful").flatMap(value -> value.oneOf(Harmful.class));
    if (declared.equals(Optional.of(Harmful.ONLY)) && model.isPresent() && !labelled) {
      block
          .get("harmful")
          .ifPresent(
              value ->
                  value.problem(
                      "harmful: only asks for a label, and service %s declares none; write harmful: all",
                      model.get().service()));
    }
    return declared.orElse(
        labelled && causes.contains(Cause.PERFORMANCE) ? Harmful.ONLY : Harmful.ALL);
  }

  private static Set<Veto> veto(Block block) {
    Optional<Value> declared = block.get("veto");
    Set<Veto> veto = EnumSet.noneOf(Veto.class);
    for (Value entry : declared.map(Value::list).orElse(List.of())) {
      entry.oneOf(Veto.class).ifPresent(veto::add);
    }
    return declared.isPresent() ? veto : EnumSet.of(Veto.DATA_QUALITY);
  }

  /** {@code 4 per 30d}. */
  private static Optional<Budget> budget(Value value) {
    Optional<String> text = value.text();
    Matcher words = RUNS.matcher(text.orElse(""));
    if (words.matches()) {
      try {
        Duration per = Durations.parse(words.group(2));
        int runs = Integer.parseInt(words.group(1));
        if (runs > 0 && !per.isZero()) {
          return Optional.of(new Budget(runs, per));
        }
      } catch (IllegalArgumentException e) {
        value.problem("%s: %s", value.name(), e.getMessage());
        return Optional.empty();
      }
    }
    text.ifPresent(
        found ->
            value.problem(
                "%s is '%s'; expected a number of runs and a time, as in 4 per 30d",
                value.name(), found));
    return Optional.empty();
  }

  private Optional<Gates> gates(
      Value value, Optional<Model> model, Optional<FeatureService> service) {
    return value
        .block(GATE_KEYS)
        .map(
            block -> {
              List<Gate> gates = new ArrayList<>();
              for (Metric metric : Metric.values()) {
                block
                    .get(metric.name().toLowerCase(Locale.ROOT))
                    .flatMap(of -> gate(of, metric))
                    .ifPresent(gates::add);
              }
              requireGroups(block, model);
              return new Gates(
                  gates, features(block, "segments", service), features(block, PROTECTED, service));
            });
  }

  /** A gap is of decisions, and between groups. */
  private static void requireGroups(Block block, Optional<Model> model) {
    boolean hasGap =
        Stream.of(Metric.values())
            .anyMatch(
                of -> of.isOfGroups() && block.get(of.name().toLowerCase(Locale.ROOT)).isPresent());
    if (!hasGap) {
      block
          .get(PROTECTED)
          .ifPresent(
              of ->
                  of.problem(
                      "no gate compares groups; expected selection_rate_gap, tpr_gap or equalized_odds_gap beside %s",
                      of.name()));
    }
    for (Metric metric : Metric.values()) {
      Optional<Value> gap =
          block.get(metric.name().toLowerCase(Locale.ROOT)).filter(of -> metric.isOfGroups());
      if (block.get(PROTECTED).isEmpty()) {
        gap.ifPresent(
            of ->
                of.problem(
                    "%s compares groups; name the features whose values they are, as in protected: [event.country]",
                    of.name()));
      }
      if (model.filter(declared -> declared.decisions().isEmpty()).isPresent()) {
        gap.ifPresent(
            of ->
                of.problem(
                    "%s is of decisions, and model %s declares none",
                    of.name(), model.orElseThrow().name()));
      }
    }
  }

  private static List<String> features(Block block, String key, Optional<FeatureService> service) {
    List<String> features = new ArrayList<>();
    for (Value entry : block.get(key).map(Value::list).orElse(List.of())) {
      entry.text().ifPresent(name -> features.add(feature(entry, name, service)));
    }
    return features;
  }

  private static String feature(Value place, String name, Optional<FeatureService> service) {
    service
        .map(FeatureService::featureNames)
        .filter(names -> !names.contains(name))
        .ifPresent(
            names ->
                place.problem(
                    "no feature %s in the model's service; it has %s.%s",
                    name, String.join(", ", names), Suggestions.didYouMean(name, names)));
    return name;
  }

  private static Optional<Gate> latency(Value value) {
    return value
        .duration()
        .map(limit -> new Gate(Metric.LATENCY_P99, Rule.LIMIT, limit.toNanos() / 1e6));
  }

  /** {@code at most 20MB}, of 1,024 KB each. */
  private static Optional<Gate> size(Value value) {
    Optional<String> text = value.text();
    Matcher words = SIZE.matcher(text.orElse(""));
    if (words.matches()) {
      double unit = Math.pow(1_024, UNITS.indexOf(words.group("unit")));
      return Optional.of(
          new Gate(Metric.SIZE, Rule.LIMIT, Long.parseLong(words.group("value")) * unit));
    }
    text.ifPresent(
        found ->
            value.problem(
                "%s is '%s'; expected a limit of the model's file in B, KB, MB or GB, as in at most 20MB",
                value.name(), found));
    return Optional.empty();
  }

  /** {@code not worse by 0.005}, {@code at most 0.3}, {@code at least 0.9}. */
  private static Optional<Gate> gate(Value value, Metric metric) {
    if (metric == Metric.LATENCY_P99) {
      return latency(value);
    }
    if (metric == Metric.SIZE) {
      return size(value);
    }
    Optional<String> text = value.text();
    Matcher words = GATE.matcher(text.orElse(""));
    String limit = metric == Metric.AUC ? "at least" : "at most";
    if (words.matches()) {
      String rule = String.valueOf(words.group("rule")).replaceAll("\\s+", " ");
      double number = Double.parseDouble(words.group("value"));
      if (rule.equals(limit)) {
        return Optional.of(new Gate(metric, Rule.LIMIT, number));
      }
      if (rule.startsWith("not")) {
        return Optional.of(new Gate(metric, Rule.NOT_WORSE_BY, number));
      }
    }
    text.ifPresent(
        found ->
            value.problem(
                "%s is '%s'; expected by how much it may be worse than the champion's, as in not worse by 0.005, or a limit, as in %s 0.5",
                value.name(), found, limit));
    return Optional.empty();
  }
}

package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.ModelStage;
import io.leat.pipeline.definition.ModelStage.Bandit;
import io.leat.pipeline.definition.ModelStage.Guard;
import io.leat.pipeline.definition.ModelStage.GuardKind;
import io.leat.pipeline.definition.ModelStage.Kind;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code models/<name>/model.yaml} says of rollouts: stages, guards, and who takes a
 * version's place.
 */
final class RolloutReader {
  static final Keys STAGE_KEYS =
      Keys.of("a stage")
          .requires("kind")
          .allows(
              "weight",
              "min_duration",
              "min_events",
              "min_labels",
              "max_duration",
              "period",
              "floor",
              "guards");
  static final Keys GUARD_KEYS =
      Keys.of("guards")
          .allows("unscored", "latency", "score_distribution", "failures_in_a_row", "loss");
  static final Keys TEST_KEYS = Keys.of("a guard").requires("margin").allows("alpha");
  static final Keys LATENCY_KEYS =
      Keys.of("a guard of latency").requires("budget", "margin").allows("alpha");

  private static final double DEFAULT_ALPHA = 0.05;
  private static final Duration DEFAULT_PERIOD = Duration.ofHours(1);
  private static final double DEFAULT_FLOOR = 0.01;
  private static final double HALF = 0.5;
  private static final double PERCENT = 100;
  private static final Pattern SHARE = Pattern.compile("(\\d+(?:\\.\\d+)?|\\.\\d+)\\s*(%?)");
  private static final Pattern WORDS =
      Pattern.compile(
          "champion|(?:(?<kind>shadow|blue_green|bandit)|canary\\s+(?<share>\\S+))\\s+(?<time>\\S+)");

  private final DeclaredLoss loss;

  /**
   * @param loss what a score costs, for the stages that go by labels
   */
  RolloutReader(DeclaredLoss loss) {
    this.loss = loss;
  }

  /** Who scores what the version that was to decide cannot. */
  static Fallback fallback(Block model) {
    Optional<Value> declared = model.get("fallback");
    Fallback.Kind kind =
        declared.flatMap(value -> value.oneOf(Fallback.Kind.class)).orElse(Fallback.Kind.CHAMPION);
    Optional<Value> score = model.get("default_score");
    if (score.isPresent() != (kind == Fallback.Kind.DEFAULT)) {
      score
          .or(() -> declared)
          .ifPresent(
              value -> value.problem("default_score is the score of fallback: default; give both"));
    }
    return new Fallback(kind, score.flatMap(Value::number));
  }

  /** The stages, each with its own guards or those of the model. */
  List<ModelStage> read(Block model) {
    List<Guard> guards = guards(model);
    Optional<Value> rollout = model.get("rollout");
    if (rollout.isEmpty()) {
      model
          .get("guards")
          .ifPresent(value -> value.problem("guards watch the stages of a rollout; it has none"));
      return List.of();
    }
    List<Value> entries = rollout.get().nonEmptyList();
    List<ModelStage> stages = new ArrayList<>();
    double weight = 0;
    for (int i = 0; i < entries.size(); i++) {
      Value entry = entries.get(i);
      Optional<ModelStage> read =
          entry.isMapping()
              ? entry.block(STAGE_KEYS).flatMap(block -> stage(block, guards))
              : words(entry, guards);
      if (read.isEmpty()) {
        continue;
      }
      ModelStage stage = read.get();
      if ((stage.kind() == Kind.CHAMPION) != (i == entries.size() - 1)) {
        entry.problem("the last stage is champion, and no other");
      } else if (stage.kind() != Kind.SHADOW && stage.weight() <= weight) {
        if (stage.kind() == Kind.CANARY) {
          entry.problem("a canary has more weight than the stage before it, so that it grows");
        }
      } else if (stage.kind() == Kind.SHADOW && weight > 0) {
        entry.problem("a shadow comes before the stages in which the version decides");
      }
      weight = Math.max(weight, stage.weight());
      stages.add(stage);
    }
    return stages;
  }

  /** {@code shadow 1d}, {@code canary 10% 1d}, {@code champion}. */
  private Optional<ModelStage> words(Value entry, List<Guard> guards) {
    Optional<String> text = entry.text();
    Matcher words = WORDS.matcher(text.orElse(""));
    if (!words.matches()) {
      text.ifPresent(
          found ->
              entry.problem(
                  "%s is '%s'; expected a stage, as in shadow 1d, canary 10%% 1d, blue_green 1h or champion",
                  entry.name(), found));
      return Optional.empty();
    }
    if (words.group("time") == null) {
      return Optional.of(
          new ModelStage(
              Kind.CHAMPION,
              1,
              Duration.ZERO,
              0,
              Optional.empty(),
              List.of(),
              0,
              Optional.empty(),
              Optional.empty()));
    }
    String share = words.group("share");
    Kind kind =
        share == null
            ? Kind.valueOf(String.valueOf(words.group("kind")).toUpperCase(Locale.ROOT))
            : Kind.CANARY;
    Optional<Double> weight = share == null ? Optional.of(weight(kind)) : share(entry, share);
    Optional<Bandit> bandit =
        kind == Kind.BANDIT
            ? Optional.of(new Bandit(DEFAULT_PERIOD, DEFAULT_FLOOR))
            : Optional.empty();
    bandit.ifPresent(of -> loss.require(entry));
    try {
      Duration least = Durations.parse(words.group("time"));
      return weight.map(
          of ->
              new ModelStage(
                  kind,
                  of,
                  least,
                  0,
                  Optional.empty(),
                  guards,
                  0,
                  loss.of(guards, 0, bandit),
                  bandit));
    } catch (IllegalArgumentException e) {
      entry.problem("%s: %s", entry.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private static double weight(Kind kind) {
    return switch (kind) {
      case SHADOW -> 0;
      case BANDIT -> HALF;
      case CANARY, BLUE_GREEN, CHAMPION -> 1;
    };
  }

  private Optional<ModelStage> stage(Block block, List<Guard> guardsOfModel) {
    Optional<Kind> kind = block.get("kind").flatMap(value -> value.oneOf(Kind.class));
    Optional<Value> weight = block.get("weight");
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    if (weight.isPresent() != (kind.get() == Kind.CANARY)) {
      block.problem("a canary has a weight, as in 10%, and no other stage");
      return Optional.empty();
    }
    if (kind.get() == Kind.CHAMPION && block.values().size() > 1) {
      block.problem("champion is the end of the rollout and has nothing else");
      return Optional.empty();
    }
    Duration least = block.get("min_duration").flatMap(Value::durationOrZero).orElse(Duration.ZERO);
    Optional<Duration> most = block.get("max_duration").flatMap(Value::duration);
    if (most.isPresent() && most.get().compareTo(least) <= 0) {
      block
          .get("max_duration")
          .ifPresent(value -> value.problem("max_duration is not longer than min_duration"));
    }
    List<Guard> guards =
        kind.get() == Kind.CHAMPION
            ? List.of()
            : block.get("guards").isPresent() ? guards(block) : guardsOfModel;
    int events = block.get("min_events").flatMap(value -> value.integer(0)).orElse(0);
    int labels = block.get("min_labels").flatMap(value -> value.integer(0)).orElse(0);
    block.get("min_labels").filter(value -> labels > 0).ifPresent(loss::require);
    Optional<Bandit> bandit = bandit(kind.get(), block);
    return (kind.get() == Kind.CANARY
            ? weight.flatMap(RolloutReader::share)
            : Optional.of(weight(kind.get())))
        .map(
            share ->
                new ModelStage(
                    kind.get(),
                    share,
                    least,
                    events,
                    most,
                    guards,
                    labels,
                    loss.of(guards, labels, bandit),
                    bandit));
  }

  private Optional<Bandit> bandit(Kind kind, Block block) {
    if (kind != Kind.BANDIT) {
      if (block.get("period").isPresent() || block.get("floor").isPresent()) {
        block.problem("period and floor are of a bandit, and of no other stage");
      }
      return Optional.empty();
    }
    block.get("kind").ifPresent(loss::require);
    Optional<Double> floor = block.get("floor").flatMap(RolloutReader::share);
    block
        .get("floor")
        .filter(value -> floor.orElse(0.0) >= HALF)
        .ifPresent(
            value ->
                value.problem(
                    "floor is the least share of either version; expected less than 50%"));
    return Optional.of(
        new Bandit(
            block.get("period").flatMap(Value::duration).orElse(DEFAULT_PERIOD),
            floor.orElse(DEFAULT_FLOOR)));
  }

  private static Optional<Double> share(Value value) {
    return value.text().flatMap(text -> share(value, text));
  }

  /** More than nothing, less than all: 10%, or 0.1. */
  private static Optional<Double> share(Value value, String text) {
    Matcher number = SHARE.matcher(text);
    double share =
        number.matches()
            ? Double.parseDouble(number.group(1)) / (number.group(2).isEmpty() ? 1 : PERCENT)
            : 0;
    if (share > 0 && share < 1) {
      return Optional.of(share);
    }
    value.problem(
        "%s is '%s'; expected a share of more than 0%% and less than 100%%, as in 10%%",
        value.name(), text);
    return Optional.empty();
  }

  private List<Guard> guards(Block of) {
    List<Guard> guards = new ArrayList<>();
    for (Value value :
        of.get("guards")
            .flatMap(declared -> declared.block(GUARD_KEYS))
            .map(Block::values)
            .orElse(List.of())) {
      switch (value.name()) {
        case "unscored", "score_distribution", "loss" -> {
          if (value.name().equals("loss")) {
            loss.require(value);
          }
          value.block(TEST_KEYS).flatMap(test -> test(value, test)).ifPresent(guards::add);
        }
        case "latency" ->
            value.block(LATENCY_KEYS).flatMap(test -> test(value, test)).ifPresent(guards::add);
        case "failures_in_a_row" ->
            value
                .integer(1)
                .ifPresent(
                    many ->
                        guards.add(
                            new Guard(GuardKind.FAILURES_IN_A_ROW, many, 0, Optional.empty())));
        default -> {
          // the block has reported it
        }
      }
    }
    return guards;
  }

  private static Optional<Guard> test(Value guard, Block block) {
    Optional<Double> margin = block.get("margin").flatMap(RolloutReader::share);
    Optional<Value> declared = block.get("alpha");
    Optional<Double> alpha =
        declared.isPresent() ? declared.flatMap(RolloutReader::share) : Optional.of(DEFAULT_ALPHA);
    if (margin.isEmpty() || alpha.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Guard(
            GuardKind.valueOf(guard.name().toUpperCase(Locale.ROOT)),
            margin.get(),
            alpha.get(),
            block.get("budget").flatMap(Value::duration)));
  }
}

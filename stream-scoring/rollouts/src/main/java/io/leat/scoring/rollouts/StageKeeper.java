package io.leat.scoring.rollouts;

import io.leat.common.LeatException;
import io.leat.models.guard.StageDecision;
import io.leat.models.guard.StageDecision.Next;
import io.leat.models.guard.StageEvidence;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.Reason;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.RolloutPlans;
import io.leat.records.RegisteredModel;
import io.leat.records.Rollout;
import io.leat.records.RolloutBandit;
import io.leat.records.RolloutStage;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the stages of a pipeline's rollouts and does what follows: the next stage, or back. What
 * cannot be done is tried again when it looks next. One thread looks; any may ask for problems.
 */
final class StageKeeper {
  private static final Logger log = LoggerFactory.getLogger(StageKeeper.class);
  private static final Duration SAYS = Duration.ofMinutes(10);

  private final Set<String> models;
  private final Supplier<Optional<RegistryView>> view;
  private final ModelRegistry registry;
  private final String actor;
  private final MeterRegistry metrics;
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  private final BanditPeriods periods = new BanditPeriods();

  /** When it was last said of a model how its stage stands. */
  private final Map<String, Instant> said = new HashMap<>();

  /** Of each model the last rollout that was decided of: the view may lag behind. */
  private final Map<String, Long> decided = new HashMap<>();

  /**
   * @param view what the registry last said; empty before it was read
   * @param actor in whose name the registry is changed
   */
  StageKeeper(
      Set<String> models,
      Supplier<Optional<RegistryView>> view,
      ModelRegistry registry,
      String actor,
      MeterRegistry metrics) {
    this.models = models;
    this.view = view;
    this.registry = registry;
    this.actor = actor;
    this.metrics = metrics;
  }

  /** What could not be done, in one sentence; empty where all could. */
  Optional<String> problem() {
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(problems.values().stream().sorted().collect(Collectors.joining("; ")));
  }

  /**
   * Looks at each model's stage.
   *
   * @param now by the clock of whoever began the rollouts, or nearly
   * @param behind whether there are observations that the evidence lacks: then nothing follows but
   *     from a guard that tripped
   */
  void look(EvidenceStore evidence, Instant now, boolean behind) {
    Optional<RegistryView> told = view.get();
    for (String model : models) {
      told.flatMap(registered -> registered.model(model))
          .map(RegisteredModel::getRollout)
          .ifPresent(
              rollout ->
                  RolloutPlans.stage(rollout)
                      .filter(stage -> rollout.getRevision() > decided.getOrDefault(model, 0L))
                      .ifPresentOrElse(
                          stage -> look(model, rollout, stage, evidence, now, behind),
                          () -> problems.remove(model)));
    }
  }

  private void look(
      String model,
      Rollout rollout,
      RolloutStage stage,
      EvidenceStore evidence,
      Instant now,
      boolean behind) {
    Duration lasted = Duration.between(rollout.getStartedAt(), now);
    StageEvidence known =
        evidence.of(model, RolloutPlans.began(rollout)).orElseGet(StageEvidence::new);
    Next next = StageDecision.next(stage, lasted, known);
    Supplier<StageDecision> figures = () -> StageDecision.of(stage, lasted, known);
    if (next == Next.WAIT || (behind && next != Next.BACK)) {
      if (behind || !reweigh(model, rollout, stage, lasted, known, figures)) {
        problems.remove(model);
        say(model, now, figures);
      }
      return;
    }
    Reason reason = reason(figures.get());
    change(
        model,
        rollout,
        next.name().toLowerCase(Locale.ROOT),
        reason,
        revision -> {
          if (next == Next.ADVANCE) {
            registry.rollouts().advance(model, revision, reason);
          } else {
            registry.rollouts().back(model, revision, reason);
          }
        });
  }

  private Reason reason(StageDecision decision) {
    return new Reason(actor, Optional.of(decision.reason()), decision.evidence());
  }

  /**
   * Where a bandit's period is over, gives the version the share that follows from what is known.
   *
   * @return whether there was another to be given
   */
  private boolean reweigh(
      String model,
      Rollout rollout,
      RolloutStage stage,
      Duration lasted,
      StageEvidence known,
      Supplier<StageDecision> figures) {
    RolloutBandit bandit = stage.getBandit();
    if (bandit == null) {
      return false;
    }
    OptionalInt begun =
        periods.begun(model, rollout, Duration.ofMillis(bandit.getPeriod()), lasted);
    if (begun.isEmpty()) {
      return false;
    }
    int period = begun.getAsInt();
    double share = known.share(bandit);
    if (share == RolloutPlans.candidate(rollout).getWeight()) {
      periods.stays(model, rollout, period);
      return false;
    }
    Reason reason = reason(figures.get());
    change(
        model,
        rollout,
        "reweigh",
        reason,
        revision -> registry.rollouts().reweigh(model, revision, period, share, reason));
    return true;
  }

  /**
   * @param decision what is done: a metric's label
   * @param change is given the rollout's revision
   */
  private void change(
      String model, Rollout rollout, String decision, Reason reason, LongConsumer change) {
    try {
      change.accept(rollout.getRevision());
    } catch (LeatException e) {
      if (view.get().flatMap(told -> told.model(model)).filter(isAnother(rollout)).isPresent()) {
        return; // somebody changed it meanwhile, and it is looked at again
      }
      String problem =
          "rollout %d of model %s cannot go on, and is tried again: %s"
              .formatted(rollout.getRevision(), model, e.getMessage());
      if (!problem.equals(problems.put(model, problem))) {
        log.warn("{}", problem);
      }
      return;
    }
    problems.remove(model);
    said.remove(model);
    decided.put(model, rollout.getRevision());
    metrics.counter("leat.rollouts.decisions", "model", model, "decision", decision).increment();
    log.info(
        "Model {}: stage {} of rollout {}: {}: {}; {}",
        model,
        rollout.getStage(),
        rollout.getRevision(),
        decision,
        reason.text().orElse(""),
        String.join("; ", reason.evidence()));
  }

  private static Predicate<RegisteredModel> isAnother(Rollout rollout) {
    return model ->
        model.getRollout() == null || model.getRollout().getRevision() != rollout.getRevision();
  }

  /** How a stage that goes on stands, now and then. */
  private void say(String model, Instant now, Supplier<StageDecision> figures) {
    Instant last = said.get(model);
    if (last == null || !now.isBefore(last.plus(SAYS))) {
      said.put(model, now);
      StageDecision decision = figures.get();
      log.info(
          "Model {}: {}: {}", model, decision.reason(), String.join("; ", decision.evidence()));
    }
  }
}

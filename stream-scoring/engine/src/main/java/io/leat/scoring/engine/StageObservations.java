package io.leat.scoring.engine;

import io.leat.models.registry.RolloutPlans;
import io.leat.records.GuardKind;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutObservation;
import io.leat.records.RolloutStage;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.RolloutScorer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the guards of a rollout's stage are told of a vector: what the version that the stage brings
 * in made of it, and what the one that it is held against. Immutable.
 */
public final class StageObservations {
  private final String model;
  private final long rollout;
  private final RolloutArm candidate;
  private final Optional<Long> budget;
  private final Optional<Double> margin;

  private StageObservations(String model, Rollout rollout, RolloutStage stage) {
    this.model = model;
    this.rollout = RolloutPlans.began(rollout);
    this.candidate = RolloutPlans.candidate(rollout);
    this.budget = guard(stage, GuardKind.LATENCY).map(RolloutGuard::getBudget);
    this.margin = guard(stage, GuardKind.SCORE_DISTRIBUTION).map(RolloutGuard::getLimit);
  }

  /** Of a model's rollout; empty where it is in no stage. */
  public static Optional<StageObservations> of(String model, Rollout rollout) {
    return RolloutPlans.stage(rollout).map(stage -> new StageObservations(model, rollout, stage));
  }

  private static Optional<RolloutGuard> guard(RolloutStage stage, GuardKind kind) {
    return stage.getGuards().stream().filter(guard -> guard.getKind() == kind).findFirst();
  }

  /**
   * Of one vector, an observation an arm that was to score it. A champion that stands in for a
   * canary is not observed: the vectors that a canary fails on are no fair sample of its own.
   *
   * @param decided what became of it
   * @param shadows what shadows made of it
   */
  public List<RolloutObservation> of(Answer decided, List<Answer> shadows) {
    List<RolloutObservation> observations = new ArrayList<>(1 + shadows.size());
    observations.add(of(decided.first(), false));
    shadows.forEach(shadow -> observations.add(of(shadow, false)));
    return observations;
  }

  /**
   * Of a vector that is no fair comparison, since the shadow was left out for want of time.
   *
   * @param decided what became of it
   */
  public RolloutObservation leftOut(Answer decided) {
    return of(decided.first(), true);
  }

  private RolloutObservation of(Answer answer, boolean leftOut) {
    return new RolloutObservation(
        model,
        rollout,
        answer.arm().equals(candidate),
        answer.outcome() instanceof Scored scored ? scored.prediction().score() : null,
        budget.map(most -> answer.nanos() > most).orElse(null),
        margin.orElse(null),
        null,
        null,
        leftOut);
  }
}

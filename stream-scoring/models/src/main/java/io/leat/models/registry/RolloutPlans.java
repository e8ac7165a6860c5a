package io.leat.models.registry;

import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.ModelStage;
import io.leat.records.FallbackKind;
import io.leat.records.GuardKind;
import io.leat.records.LossKind;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutBandit;
import io.leat.records.RolloutFallback;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutLoss;
import io.leat.records.RolloutPlan;
import io.leat.records.RolloutStage;
import io.leat.records.StageKind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What follows from the plan of a rollout: which versions score in which stage. */
public final class RolloutPlans {
  private RolloutPlans() {}

  /** A declaration as the registry holds it; null where no stages are declared. */
  static @Nullable RolloutPlan of(List<ModelStage> declared) {
    return declared.isEmpty()
        ? null
        : new RolloutPlan(declared.stream().map(RolloutPlans::stage).toList());
  }

  private static RolloutStage stage(ModelStage stage) {
    return new RolloutStage(
        StageKind.valueOf(stage.kind().name()),
        stage.weight(),
        stage.minDuration().toMillis(),
        (long) stage.minEvents(),
        stage.maxDuration().map(Duration::toMillis).orElse(null),
        stage.guards().stream()
            .map(
                guard ->
                    new RolloutGuard(
                        GuardKind.valueOf(guard.kind().name()),
                        guard.limit(),
                        guard.alpha(),
                        guard.budget().map(Duration::toNanos).orElse(null)))
            .toList(),
        (long) stage.minLabels(),
        stage
            .loss()
            .map(
                loss ->
                    new RolloutLoss(
                        LossKind.valueOf(loss.kind().name()),
                        loss.scale().orElse(null),
                        loss.after().toMillis()))
            .orElse(null),
        stage
            .bandit()
            .map(bandit -> new RolloutBandit(bandit.period().toMillis(), bandit.floor()))
            .orElse(null));
  }

  /**
   * Who scores in a stage; the champion comes first.
   *
   * @param before the champion before the rollout
   * @param wanted the version that is rolled out
   */
  static List<RolloutArm> arms(RolloutStage stage, RolloutArm before, ModelVersion wanted) {
    double weight = stage.getWeight();
    return switch (stage.getKind()) {
      case SHADOW -> List.of(with(before, ModelRole.CHAMPION, 1), arm(wanted, ModelRole.SHADOW, 0));
      case CANARY, BANDIT ->
          List.of(
              with(before, ModelRole.CHAMPION, 1 - weight), arm(wanted, ModelRole.CANARY, weight));
      case BLUE_GREEN ->
          List.of(arm(wanted, ModelRole.CHAMPION, 1), with(before, ModelRole.SHADOW, 0));
      case CHAMPION -> List.of(arm(wanted, ModelRole.CHAMPION, 1));
    };
  }

  /**
   * The arms of a rollout in a stage, with another share of the version.
   *
   * @param share more than 0, less than 1
   */
  static List<RolloutArm> weighed(Rollout rollout, double share) {
    return rollout.getArms().stream()
        .map(
            arm ->
                switch (arm.getRole()) {
                  case CHAMPION -> with(arm, ModelRole.CHAMPION, 1 - share);
                  case CANARY -> with(arm, ModelRole.CANARY, share);
                  case SHADOW, FALLBACK -> arm;
                })
        .toList();
  }

  /**
   * With what a rollout decides by a key which arm scores it. The model's name alone: an entity
   * that was in a canary is in the next, larger one too. A bandit draws anew with every rollout, so
   * that neither version keeps the entities that it was given first.
   *
   * @param kind of the rollout
   */
  static String salt(String model, String kind, long revision) {
    return kind.equals(StageKind.BANDIT.name().toLowerCase(Locale.ROOT))
        ? "%s/%d".formatted(model, revision)
        : model;
  }

  private static RolloutArm arm(ModelVersion version, ModelRole role, double weight) {
    return new RolloutArm(version.getNumber(), version.getDigest(), role, weight);
  }

  private static RolloutArm with(RolloutArm arm, ModelRole role, double weight) {
    return new RolloutArm(arm.getNumber(), arm.getDigest(), role, weight);
  }

  /** A version that decides for all entities, and no other beside it. */
  static List<RolloutArm> alone(RolloutArm arm) {
    return List.of(with(arm, ModelRole.CHAMPION, 1));
  }

  /** A declaration as the registry holds it; null where it is what is done without one. */
  static @Nullable RolloutFallback of(Fallback declared) {
    return declared.equals(Fallback.CHAMPION)
        ? null
        : new RolloutFallback(
            FallbackKind.valueOf(declared.kind().name()), declared.score().orElse(null));
  }

  /**
   * The arms with the one that scores what the champion cannot, where that is declared: the
   * champion before it. A champion that stays keeps the one that it has.
   *
   * @param now the rollout that they follow; null where they are the first
   */
  static List<RolloutArm> withFallback(
      List<RolloutArm> arms, @Nullable Rollout now, @Nullable RolloutFallback declared) {
    if (declared == null || declared.getKind() != FallbackKind.PREVIOUS || now == null) {
      return arms;
    }
    RolloutArm former = champion(now);
    Optional<RolloutArm> previous =
        former.getNumber() == arms.get(0).getNumber()
            ? now.getArms().stream()
                .filter(arm -> arm.getRole() == ModelRole.FALLBACK)
                .filter(arm -> arm.getNumber() != former.getNumber())
                .findFirst()
            : Optional.of(former);
    return previous
        .map(
            arm ->
                Stream.concat(arms.stream(), Stream.of(with(arm, ModelRole.FALLBACK, 0))).toList())
        .orElse(arms);
  }

  /** A stage's index; null of the last, with which the rollout has come to its end. */
  static @Nullable Integer index(RolloutPlan plan, int stage) {
    return plan.getStages().get(stage).getKind() == StageKind.CHAMPION ? null : stage;
  }

  /** The stage that a rollout is in; empty where it has none, or has come to its end. */
  public static Optional<RolloutStage> stage(Rollout rollout) {
    Integer stage = rollout.getStage();
    RolloutPlan plan = rollout.getPlan();
    return stage == null || plan == null
        ? Optional.empty()
        : Optional.of(plan.getStages().get(stage));
  }

  /**
   * The rollout with which the stage began that a rollout is in: itself, unless the version's share
   * has changed meanwhile.
   */
  public static long began(Rollout rollout) {
    return rollout.getPeriod() == null ? rollout.getRevision() : rollout.getPeriod().getBegan();
  }

  /**
   * The version that a stage brings in.
   *
   * @param rollout in a stage
   */
  public static RolloutArm candidate(Rollout rollout) {
    return ofStage(rollout, true);
  }

  /**
   * The champion before the rollout, which the version is held against.
   *
   * @param rollout in a stage
   */
  public static RolloutArm before(Rollout rollout) {
    return ofStage(rollout, false);
  }

  /** The version that is the champion, or of a rollout in a stage was before it. */
  static RolloutArm champion(Rollout rollout) {
    return rollout.getStage() == null ? rollout.getArms().get(0) : before(rollout);
  }

  private static RolloutArm ofStage(Rollout rollout, boolean candidate) {
    boolean champion =
        candidate
            == (stage(rollout).orElseThrow(() -> none(rollout)).getKind() == StageKind.BLUE_GREEN);
    return rollout.getArms().stream()
        .filter(arm -> arm.getRole() != ModelRole.FALLBACK)
        .filter(arm -> (arm.getRole() == ModelRole.CHAMPION) == champion)
        .findFirst()
        .orElseThrow(() -> none(rollout));
  }

  private static IllegalStateException none(Rollout rollout) {
    return new IllegalStateException("a rollout that is in no stage: " + rollout);
  }
}

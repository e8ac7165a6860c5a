package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutFallback;
import io.leat.records.RolloutPeriod;
import io.leat.records.RolloutPlan;
import io.leat.records.VersionStatus;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes which of a model's versions score: each change is another rollout, of which the stream's
 * partitions record where they go over to it. As a change of the {@link ModelRegistry} otherwise.
 */
public final class RolloutChanges {
  private final RegistryChanges changes;

  RolloutChanges(RegistryChanges changes) {
    this.changes = changes;
  }

  /** The rollout of a model's first version, where that scores at once. */
  Rollout first(
      long revision, ModelVersion version, @Nullable RolloutFallback fallback, Reason why) {
    return Rollout.newBuilder(
            rollout(revision, version.getModel(), List.of(champion(version, 1)), why))
        .setFallback(fallback)
        .build();
  }

  /**
   * Makes a version score all vectors, from somewhere in each partition on, whatever stages are
   * declared.
   *
   * @param expected number of the champion that it takes over from, 0 for none; empty: whichever
   */
  public RegisteredModel promote(ModelReference version, Optional<Integer> expected, Reason why) {
    return rollOut(
        "promote", version, expected, why, (view, wanted) -> List.of(champion(wanted, 1)));
  }

  /**
   * Begins to roll a version out by the stages that its pipeline declares; as {@link #promote}
   * where it declares none, or no version scores yet. Does nothing where the version is in a stage.
   *
   * @param expected as {@link #promote} has it; of the champion before the rollout
   */
  public RegisteredModel begin(ModelReference version, Optional<Integer> expected, Reason why) {
    return changes.change(
        version.model(),
        "promote",
        why,
        (view, before) -> {
          ModelVersion wanted = version.resolve(view);
          requireChampion(before, expected);
          requireMayScore(before, wanted);
          Rollout now = before.getRollout();
          RolloutPlan plan = before.getPlan();
          if (now == null || plan == null) {
            return next(before, List.of(champion(wanted, 1)), null, null, why);
          }
          if (now.getStage() != null
              && RolloutPlans.candidate(now).getNumber() == wanted.getNumber()) {
            return before;
          }
          RolloutArm champion = RolloutPlans.champion(now);
          if (champion.getNumber() == wanted.getNumber()) {
            return next(before, RolloutPlans.alone(champion), null, null, why);
          }
          requireObservations(version);
          return stage(before, plan, 0, champion, wanted, why);
        });
  }

  /** A pipeline that was applied before there were stages has no topic for them. */
  private void requireObservations(ModelReference version) {
    if (!changes.hasTopic(Topics.ROLLOUT_OBSERVATIONS)) {
      throw new LeatException(
          ErrorCode.NOT_APPLIED,
          "There is no topic %s, by which the stages of a rollout are decided. Run 'leat apply', or promote at once: leat model promote %s --now"
              .formatted(Topics.ROLLOUT_OBSERVATIONS, version));
    }
  }

  /**
   * Goes on to the next stage of a rollout.
   *
   * @param revision of the rollout that this is decided of
   * @throws LeatException if another rollout has come meanwhile, or it is in no stage
   */
  public RegisteredModel advance(String model, long revision, Reason why) {
    return changes.change(
        model,
        "advance",
        why,
        (view, before) -> {
          Rollout now = requireStage(before, revision);
          ModelVersion wanted =
              view.version(model, RolloutPlans.candidate(now).getNumber()).orElseThrow();
          requireMayScore(before, wanted);
          return stage(
              before,
              Objects.requireNonNull(now.getPlan()),
              Objects.requireNonNull(now.getStage()) + 1,
              RolloutPlans.before(now),
              wanted,
              why);
        });
  }

  /**
   * Gives all vectors back to the champion before the rollout, which ends.
   *
   * @param revision as {@link #advance} has it
   * @throws LeatException as {@link #advance}
   */
  public RegisteredModel back(String model, long revision, Reason why) {
    return changes.change(
        model,
        "back",
        why,
        (view, before) ->
            next(
                before,
                RolloutPlans.alone(RolloutPlans.before(requireStage(before, revision))),
                null,
                null,
                why));
  }

  /**
   * Gives the version of a rollout in a stage another share; the stage goes on.
   *
   * @param revision as {@link #advance} has it
   * @param period of the stage's bandit that the share is of, from 1
   * @param share more than 0, less than 1
   * @throws LeatException as {@link #advance}
   */
  public RegisteredModel reweigh(
      String model, long revision, int period, double share, Reason why) {
    return changes.change(
        model,
        "reweigh",
        why,
        (view, before) -> {
          Rollout now = requireStage(before, revision);
          long next = before.getRevision() + 1;
          return RegisteredModel.newBuilder(before)
              .setRollout(
                  Rollout.newBuilder(now)
                      .setRevision(next)
                      .setArms(RolloutPlans.weighed(now, share))
                      .setSalt(RolloutPlans.salt(model, now.getKind(), next))
                      .setPeriod(new RolloutPeriod(RolloutPlans.began(now), period))
                      .build())
              .build();
        });
  }

  private static Rollout requireStage(RegisteredModel model, long revision) {
    Rollout now = model.getRollout();
    if (now == null || now.getRevision() != revision || now.getStage() == null) {
      throw changed(model, revision, " in a stage");
    }
    return now;
  }

  private static LeatException changed(RegisteredModel model, long revision, String how) {
    Rollout now = model.getRollout();
    return new LeatException(
        ErrorCode.MODEL,
        "Model %s: the rollout is %s; expected rollout %d%s. Somebody changed it meanwhile: 'leat model history %s'."
            .formatted(
                model.getModel(),
                now == null ? "none" : String.valueOf(now.getRevision()),
                revision,
                how,
                model.getModel()));
  }

  private RegisteredModel stage(
      RegisteredModel before,
      RolloutPlan plan,
      int stage,
      RolloutArm champion,
      ModelVersion wanted,
      Reason why) {
    return next(
        before,
        RolloutPlans.arms(plan.getStages().get(stage), champion, wanted),
        plan,
        RolloutPlans.index(plan, stage),
        why);
  }

  /** With a rollout that begins now, unless it is the one that there is. */
  private RegisteredModel next(
      RegisteredModel before,
      List<RolloutArm> deciding,
      @Nullable RolloutPlan plan,
      @Nullable Integer stage,
      Reason why) {
    Rollout now = before.getRollout();
    List<RolloutArm> arms = RolloutPlans.withFallback(deciding, now, before.getFallback());
    if (now != null
        && now.getArms().equals(arms)
        && Objects.equals(now.getStage(), stage)
        && Objects.equals(now.getFallback(), before.getFallback())) {
      return before;
    }
    Rollout.Builder next =
        Rollout.newBuilder(rollout(before.getRevision() + 1, before.getModel(), arms, why));
    if (plan != null && stage != null) {
      String kind = plan.getStages().get(stage).getKind().name().toLowerCase(Locale.ROOT);
      next.setPlan(plan)
          .setStage(stage)
          .setKind(kind)
          .setSalt(RolloutPlans.salt(before.getModel(), kind, before.getRevision() + 1));
    }
    next.setFallback(before.getFallback());
    return RegisteredModel.newBuilder(before).setRollout(next.build()).build();
  }

  /** Makes one version decide for a share of the entities; as {@link #split}. */
  public RegisteredModel canary(ModelReference version, double share, Reason why) {
    return split(Map.of(version, share), why);
  }

  /**
   * Makes versions decide, each for a share of the entities; the champion decides for the others.
   * One is a canary, several are a split.
   *
   * @param shares of a model's versions: each more than 0, all less than 1 together; the order is
   *     that of the intervals, so that a version whose predecessors keep their shares keeps its
   *     entities
   */
  public RegisteredModel split(Map<ModelReference, Double> shares, Reason why) {
    double all = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    if (shares.values().stream().anyMatch(share -> !(share > 0)) || !(all < 1)) {
      throw new LeatException(
          ErrorCode.INPUT,
          "Shares are %s; expected each more than 0 %% and all together less than 100 %%, of which the champion has the rest. 'leat model promote' gives a version all."
              .formatted(shares.values()));
    }
    List<String> models = shares.keySet().stream().map(ModelReference::model).distinct().toList();
    if (models.size() != 1) {
      throw new LeatException(
          ErrorCode.INPUT,
          "Versions are of the models %s; expected versions of one.".formatted(models));
    }
    return changes.change(
        models.get(0),
        shares.size() == 1 ? "canary" : "split",
        why,
        (view, before) -> {
          List<RolloutArm> arms = new ArrayList<>();
          for (Map.Entry<ModelReference, Double> share : shares.entrySet()) {
            ModelVersion wanted = share.getKey().resolve(view);
            requireMayScore(before, wanted);
            if (arms.isEmpty()) {
              arms.add(champion(champion(view, wanted), 1 - all));
            } else if (arms.stream().anyMatch(arm -> arm.getNumber() == wanted.getNumber())) {
              throw new LeatException(
                  ErrorCode.INPUT,
                  "Version %d of model %s stands twice; expected the champion and each version once."
                      .formatted(wanted.getNumber(), wanted.getModel()));
            }
            arms.add(
                new RolloutArm(
                    wanted.getNumber(), wanted.getDigest(), ModelRole.CANARY, share.getValue()));
          }
          return next(before, arms, null, null, why);
        });
  }

  /** Makes a version score beside the champion, deciding nothing. */
  public RegisteredModel shadow(ModelReference version, Reason why) {
    return rollOut(
        "shadow",
        version,
        Optional.empty(),
        why,
        (view, wanted) ->
            List.of(
                champion(champion(view, wanted), 1),
                new RolloutArm(wanted.getNumber(), wanted.getDigest(), ModelRole.SHADOW, 0.0)));
  }

  private interface Arms {
    List<RolloutArm> of(RegistryView view, ModelVersion wanted);
  }

  private RegisteredModel rollOut(
      String kind, ModelReference version, Optional<Integer> expected, Reason why, Arms arms) {
    return changes.change(
        version.model(),
        kind,
        why,
        (view, before) -> {
          ModelVersion wanted = version.resolve(view);
          requireChampion(before, expected);
          requireMayScore(before, wanted);
          return next(before, arms.of(view, wanted), null, null, why);
        });
  }

  /**
   * @param expected number of the version that decides but for what a rollout takes; 0: none
   */
  private static void requireChampion(RegisteredModel model, Optional<Integer> expected) {
    Rollout rollout = model.getRollout();
    int now = rollout == null ? 0 : RolloutPlans.champion(rollout).getNumber();
    if (expected.isPresent() && expected.get() != now) {
      throw new LeatException(
          ErrorCode.MODEL,
          "Model %s: the champion is version %d, put there by %s; expected %d. Look at it ('leat model show %s@champion') and decide again."
              .formatted(
                  model.getModel(),
                  now,
                  rollout == null ? "nobody" : rollout.getStartedBy(),
                  expected.get(),
                  model.getModel()));
    }
  }

  private static void requireMayScore(RegisteredModel model, ModelVersion wanted) {
    VersionStatus status = RegistryChanges.standing(model, wanted.getNumber()).getStatus();
    boolean may =
        model.getApprovalRequired()
            ? status == VersionStatus.APPROVED
            : status == VersionStatus.PUBLISHED
                || status == VersionStatus.PROPOSED
                || status == VersionStatus.APPROVED;
    if (!may) {
      throw new LeatException(
          ErrorCode.MODEL,
          "Version %d of model %s is %s; expected %s before it scores. %s"
              .formatted(
                  wanted.getNumber(),
                  wanted.getModel(),
                  status,
                  model.getApprovalRequired()
                      ? "APPROVED, as its pipeline declares,"
                      : "that it stands",
                  model.getApprovalRequired()
                          && (status == VersionStatus.PUBLISHED || status == VersionStatus.PROPOSED)
                      ? "Somebody else than %s runs: leat model approve %s@%d"
                          .formatted(wanted.getPublishedBy(), wanted.getModel(), wanted.getNumber())
                      : "Publish another, or choose one that stands."));
    }
  }

  private static ModelVersion champion(RegistryView view, ModelVersion wanted) {
    String model = wanted.getModel();
    ModelVersion champion =
        view.model(model)
            .map(RegisteredModel::getRollout)
            .map(RolloutPlans::champion)
            .flatMap(arm -> view.version(model, arm.getNumber()))
            .orElseThrow(
                () ->
                    new LeatException(
                        ErrorCode.MODEL,
                        "Model %s has no champion that the version could stand beside. Promote one first: leat model promote %s@%d"
                            .formatted(model, model, wanted.getNumber())));
    if (champion.getNumber() == wanted.getNumber()) {
      throw new LeatException(
          ErrorCode.MODEL,
          "Version %d of model %s is the champion itself; name another version."
              .formatted(wanted.getNumber(), model));
    }
    return champion;
  }

  private static RolloutArm champion(ModelVersion version, double weight) {
    return new RolloutArm(version.getNumber(), version.getDigest(), ModelRole.CHAMPION, weight);
  }

  private Rollout rollout(long revision, String model, List<RolloutArm> arms, Reason why) {
    List<ModelRole> beside =
        arms.stream()
            .map(RolloutArm::getRole)
            .filter(role -> role == ModelRole.CANARY || role == ModelRole.SHADOW)
            .toList();
    String kind =
        beside.size() > 1
            ? "split"
            : beside.stream()
                .findFirst()
                .orElse(ModelRole.CHAMPION)
                .name()
                .toLowerCase(Locale.ROOT);
    return new Rollout(
        revision,
        kind,
        RolloutPlans.salt(model, kind, revision),
        arms,
        why.actor(),
        changes.now(),
        null,
        null,
        null,
        null);
  }

  /**
   * Makes the champion of before the champion again, and ends whatever canary or shadow there is.
   * The version that goes takes nobody's place.
   *
   * @param earlier number of the champion of before, as {@link ModelHistory} knows it
   * @param revision of the rollout that this is decided of
   * @throws LeatException if another rollout has come meanwhile
   */
  public RegisteredModel rollBack(String model, int earlier, long revision, Reason why) {
    ModelReference version = new ModelReference(model, String.valueOf(earlier));
    return changes.change(
        model,
        "rollback",
        why,
        (view, before) -> {
          ModelVersion wanted = version.resolve(view);
          if (before.getRollout() == null || before.getRollout().getRevision() != revision) {
            throw changed(before, revision, "");
          }
          requireMayScore(before, wanted);
          RegisteredModel next = next(before, List.of(champion(wanted, 1)), null, null, why);
          Rollout rollout = next.getRollout();
          return view.champion(model).map(RolloutArm::getNumber).equals(Optional.of(earlier))
              ? next
              : RegisteredModel.newBuilder(next)
                  .setRollout(
                      Rollout.newBuilder(rollout).setArms(List.of(champion(wanted, 1))).build())
                  .build();
        });
  }
}

package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.ModelStage;
import io.leat.records.AuditEvent;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.RegistryEntry;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutPeriod;
import io.leat.records.RolloutPlan;
import io.leat.records.VersionStanding;
import io.leat.records.VersionStatus;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.Change;
import io.leat.schemas.audit.ChangeLog;
import io.leat.schemas.audit.Entry;
import io.leat.schemas.topic.TopicLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes the model registry. Each change reads what is there, decides, and is written with its
 * audit event in one transaction that no other writer comes between ({@link ChangeLog}): of two
 * that change the same at once the second sees the first. What changes nothing writes nothing.
 *
 * <p>Errors are {@link LeatException}s: {@code MODEL} and {@code INPUT} where the registry's state
 * does not allow what is asked, {@code NOT_APPLIED} where there is no registry, {@code KAFKA} where
 * the brokers fail.
 */
public final class ModelRegistry {
  private static final int MOST_TAGS = 100;
  private static final int LONGEST_TAG_NAME = 250;
  private static final int LONGEST_TAG = 5_000;

  private final Map<String, Object> kafka;
  private final AvroCodec codec;
  private final ArtifactStore artifacts;
  private final ChangeLog changes;
  private final InstantSource clock;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @param artifacts where the versions' files are kept; stays the caller's to close
   */
  public ModelRegistry(
      Map<String, ?> kafka, RegistryClient registry, ArtifactStore artifacts, InstantSource clock) {
    this.kafka = new HashMap<>(kafka);
    this.codec = new AvroCodec(registry);
    this.artifacts = artifacts;
    this.changes = new ChangeLog(kafka, registry, clock);
    this.clock = clock;
  }

  /** What was published. */
  public record Published(ModelVersion version, boolean isNew) {}

  /** What a model's next standing is, of the present one. */
  private interface Step {
    RegisteredModel next(RegistryView view, RegisteredModel before);
  }

  /**
   * What the registry holds now.
   *
   * @throws LeatException if there is none: no pipeline was applied
   */
  public RegistryView view() {
    return RegistryView.read(kafka, codec)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_APPLIED,
                    "There is no topic %s on this cluster: no pipeline was applied. Run 'leat apply'."
                        .formatted(Topics.MODEL_REGISTRY)));
  }

  /**
   * Publishes a version. Where one of the same digest is there, what the pipeline declares of
   * approval and rollouts is written down, if it has changed, and nothing else.
   *
   * @throws LeatException {@code MODEL}, if the one of the same digest was deleted
   * @param label what people call it
   * @param terms how the model's versions come to score
   */
  public Published publish(ModelPackage version, String label, Terms terms, Reason why) {
    String digest = version.manifest().digest();
    RegistryView now = view();
    Optional<ModelVersion> known = now.version(version.model(), digest);
    if (known.isPresent()) {
      requireNotDeleted(now, known.get());
      version.keep(artifacts); // whoever has the files may mend the store
      declare(now, version.model(), terms, why);
      return new Published(known.get(), false);
    }
    Map<String, String> details = new TreeMap<>(version.tried().details());
    version.keep(artifacts);
    return changes.change(
        () -> {
          RegistryView view = view();
          Optional<RegisteredModel> before = view.model(version.model());
          Optional<ModelVersion> same = view.version(version.model(), digest);
          if (same.isPresent()) {
            return new Change<>(List.of(), Optional.empty(), new Published(same.get(), false));
          }
          terms.label().check(view, version.model(), label);
          int number = view.versions(version.model()).size() + 1;
          details.put("version", String.valueOf(number));
          details.put("label", label);
          details.put("digest", digest);
          ModelVersion published = version(version, number, label, digest, why);
          RegisteredModel after = published(published, before, terms, why);
          return new Change<>(
              List.of(
                  entry("version/%s/%d".formatted(version.model(), number), published),
                  entry("model/" + version.model(), after)),
              Optional.of(
                  event("publish", version.model(), why, before.orElse(null), after)
                      .setDetails(details)
                      .build()),
              new Published(published, true));
        });
  }

  private static void requireNotDeleted(RegistryView view, ModelVersion version) {
    if (view.isDeleted(version)) {
      throw new LeatException(
          ErrorCode.MODEL,
          "Version %d of model %s is what is published, and was deleted; a deleted version does not come back. Export the model anew, or train another."
              .formatted(version.getNumber(), version.getModel()));
    }
  }

  /** Writes down what a pipeline declares of a model, where it is another than before. */
  void declare(RegistryView now, String model, Terms terms, Reason why) {
    if (now.model(model).filter(terms::areOf).isEmpty()) {
      change(
          model,
          "declare",
          why,
          (view, before) ->
              RegisteredModel.newBuilder(before)
                  .setApprovalRequired(terms.approval())
                  .setPlan(RolloutPlans.of(terms.rollout()))
                  .setFallback(RolloutPlans.of(terms.fallback()))
                  .build());
    }
  }

  /**
   * How a model's versions come to score.
   *
   * @param approval whether somebody else than the publisher has to approve a version first
   * @param rollout stages that a version goes through; empty: none
   * @param fallback who scores what the version that was to decide cannot
   * @param firstScores whether a model's first version becomes its champion at once
   * @param label what a label may do
   */
  public record Terms(
      boolean approval,
      List<ModelStage> rollout,
      Fallback fallback,
      boolean firstScores,
      Label label) {
    public Terms {
      rollout = List.copyOf(rollout);
    }

    /** Whether a model has these already, but for what its first version and labels may do. */
    boolean areOf(RegisteredModel model) {
      return model.getApprovalRequired() == approval
          && Objects.equals(model.getPlan(), RolloutPlans.of(rollout))
          && Objects.equals(model.getFallback(), RolloutPlans.of(fallback));
    }

    /** As a pipeline declares them. */
    public static Terms of(Model model, boolean firstScores, Label label) {
      return new Terms(
          model.approval() == Model.Approval.REQUIRED,
          model.rollout(),
          model.fallback(),
          firstScores,
          label);
    }
  }

  /** Whether a label may be given again. */
  public enum Label {
    /** No: it is refused where another version has it. */
    ONCE,
    /** Yes: from then on it means the newest version that has it. */
    MOVES;

    private void check(RegistryView view, String model, String label) {
      Optional<ModelVersion> other =
          view.versions(model).stream().filter(one -> one.getLabel().equals(label)).findFirst();
      if (this == ONCE && other.isPresent()) {
        throw new LeatException(
            ErrorCode.MODEL,
            "Version %d of model %s has the label %s, and its digest is %s; what is published now is another. Give it another label."
                .formatted(other.get().getNumber(), model, label, other.get().getDigest()));
      }
    }
  }

  private ModelVersion version(
      ModelPackage version, int number, String label, String digest, Reason why) {
    Serving serving = version.manifest().serving();
    return ModelVersion.newBuilder()
        .setModel(version.model())
        .setNumber(number)
        .setLabel(label)
        .setDigest(digest)
        .setManifest(version.manifest().json())
        .setService(serving.service().name())
        .setServiceVersion(serving.service().version())
        .setDefinition(serving.definition())
        .setPublishedBy(why.actor())
        .setPublishedAt(clock.instant())
        .build();
  }

  private RegisteredModel published(
      ModelVersion version, Optional<RegisteredModel> before, Terms terms, Reason why) {
    long revision = before.map(RegisteredModel::getRevision).orElse(0L) + 1;
    List<VersionStanding> standings =
        new ArrayList<>(before.map(RegisteredModel::getVersions).orElse(List.of()));
    standings.add(
        new VersionStanding(version.getNumber(), VersionStatus.PUBLISHED, why.actor(), Map.of()));
    boolean scores = before.isEmpty() && terms.firstScores() && !terms.approval();
    return RegisteredModel.newBuilder()
        .setModel(version.getModel())
        .setRevision(revision)
        .setVersions(standings)
        .setAliases(before.map(RegisteredModel::getAliases).orElse(Map.of()))
        .setApprovalRequired(terms.approval())
        .setPlan(RolloutPlans.of(terms.rollout()))
        .setFallback(RolloutPlans.of(terms.fallback()))
        .setRollout(
            scores
                ? Rollout.newBuilder(
                        rollout(revision, version.getModel(), List.of(champion(version, 1)), why))
                    .setFallback(RolloutPlans.of(terms.fallback()))
                    .build()
                : before.map(RegisteredModel::getRollout).orElse(null))
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
    return change(
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
    Optional<TopicLog> topic = TopicLog.find(kafka, Topics.ROLLOUT_OBSERVATIONS);
    topic.ifPresent(TopicLog::close);
    if (topic.isEmpty()) {
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
    return change(
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
    return change(
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
    return change(
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
    return change(
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
    return change(
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
    VersionStatus status = standing(model, wanted.getNumber()).getStatus();
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
        clock.instant(),
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
    return change(
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

  /**
   * Makes an alias mean a version.
   *
   * @param expected the number that it means now, 0 for none; empty: whichever
   */
  public RegisteredModel alias(
      ModelReference version, String alias, Optional<Integer> expected, Reason why) {
    if (alias.equals(RegistryView.CHAMPION) || !alias.matches("[a-zA-Z][a-zA-Z0-9_.-]{0,99}")) {
      throw new LeatException(
          ErrorCode.INPUT,
          alias.equals(RegistryView.CHAMPION)
              ? "The champion is the version that scores: leat model promote %s".formatted(version)
              : "'%s' is no alias; expected a letter, and then up to 99 letters, digits, '_', '.' or '-'. A number would be a version's."
                  .formatted(alias));
    }
    return change(
        version.model(),
        "alias",
        why,
        (view, before) -> {
          int number = version.resolve(view).getNumber();
          int now = before.getAliases().getOrDefault(alias, 0);
          if (expected.isPresent() && expected.get() != now) {
            throw new LeatException(
                ErrorCode.MODEL,
                "Model %s: %s means version %d; expected %d. 'leat model history %s' says who moved it."
                    .formatted(version.model(), alias, now, expected.get(), version.model()));
          }
          Map<String, Integer> aliases = new TreeMap<>(before.getAliases());
          aliases.put(alias, number);
          return aliases.equals(before.getAliases())
              ? before
              : RegisteredModel.newBuilder(before).setAliases(aliases).build();
        });
  }

  /** Takes an alias away; does nothing where there is none. */
  public RegisteredModel removeAlias(String model, String alias, Reason why) {
    return change(
        model,
        "remove-alias",
        why,
        (view, before) -> {
          Map<String, Integer> aliases = new TreeMap<>(before.getAliases());
          return aliases.remove(alias) == null
              ? before
              : RegisteredModel.newBuilder(before).setAliases(aliases).build();
        });
  }

  /**
   * Sets tags of a version; an empty value takes a tag away.
   *
   * @param tags at most {@value #MOST_TAGS} a version, names of at most {@value #LONGEST_TAG_NAME}
   *     and values of at most {@value #LONGEST_TAG} characters: every event of the model carries
   *     them all
   */
  public RegisteredModel tag(ModelReference version, Map<String, String> tags, Reason why) {
    tags.forEach(
        (name, value) -> {
          if (name.length() > LONGEST_TAG_NAME || value.length() > LONGEST_TAG) {
            throw new LeatException(
                ErrorCode.INPUT,
                "The tag '%.50s' has a name of %d characters and a value of %d; expected at most %d and %d. What is longer belongs into a file of the version."
                    .formatted(name, name.length(), value.length(), LONGEST_TAG_NAME, LONGEST_TAG));
          }
        });
    return change(
        version.model(),
        "tag",
        why,
        (view, before) -> {
          VersionStanding standing = standing(before, version.resolve(view).getNumber());
          Map<String, String> all = new TreeMap<>(standing.getTags());
          all.putAll(tags);
          all.values().removeIf(String::isEmpty);
          if (all.size() > MOST_TAGS) {
            throw new LeatException(
                ErrorCode.INPUT,
                "The version would have %d tags; expected at most %d."
                    .formatted(all.size(), MOST_TAGS));
          }
          return all.equals(standing.getTags())
              ? before
              : with(before, VersionStanding.newBuilder(standing).setTags(all).build());
        });
  }

  /** Asks for approval. */
  public RegisteredModel propose(ModelReference version, Reason why) {
    return judge(version, VersionStatus.PROPOSED, Set.of(VersionStatus.PUBLISHED), why);
  }

  /**
   * Approves a version.
   *
   * @throws LeatException if the actor published it, and somebody else has to approve
   */
  public RegisteredModel approve(ModelReference version, Reason why) {
    return judge(
        version,
        VersionStatus.APPROVED,
        Set.of(VersionStatus.PUBLISHED, VersionStatus.PROPOSED),
        why);
  }

  /** Says that a version is not to score. */
  public RegisteredModel reject(ModelReference version, Reason why) {
    return judge(
        version,
        VersionStatus.REJECTED,
        Set.of(VersionStatus.PUBLISHED, VersionStatus.PROPOSED, VersionStatus.APPROVED),
        why);
  }

  /** Says that a version is never to score again. */
  public RegisteredModel retire(ModelReference version, Reason why) {
    return judge(
        version,
        VersionStatus.RETIRED,
        Set.of(
            VersionStatus.PUBLISHED,
            VersionStatus.PROPOSED,
            VersionStatus.APPROVED,
            VersionStatus.REJECTED),
        why);
  }

  /**
   * Deletes a version's files, but for those that another version has too. What is known of it
   * stays.
   *
   * @throws LeatException if it scores, or an alias means it
   */
  public RegisteredModel delete(ModelReference version, Reason why) {
    RegisteredModel after =
        judge(version, VersionStatus.DELETED, Set.of(VersionStatus.values()), why);
    RegistryView view = view();
    Set<String> kept = new HashSet<>();
    Set<String> deleted = new HashSet<>();
    for (ModelVersion one : view.versions()) {
      boolean gone = view.isDeleted(one);
      Manifest.parse(one.getManifest())
          .files()
          .forEach(file -> (gone ? deleted : kept).add(file.sha256()));
    }
    deleted.removeAll(kept);
    deleted.forEach(artifacts::delete);
    return after;
  }

  /**
   * Reads a version's files, which are held against their SHA-256, and opens its graph.
   *
   * @return how many files it has
   * @throws LeatException if a file is absent or another than was published, or the graph does not
   *     open
   */
  public int verify(ModelReference reference) {
    ModelVersion version = reference.resolve(view());
    Manifest manifest = PublishedModel.manifest(version);
    manifest.files().forEach(file -> artifacts.get(file.sha256()));
    try (OnnxModel open = PublishedModel.open(version, manifest, artifacts)) {
      manifest
          .file(Manifest.GOLDEN_BATCH)
          .ifPresent(
              golden ->
                  GoldenBatch.read(
                          artifacts.get(golden.sha256()), manifest.serving().features().keySet())
                      .check(open));
    }
    return manifest.files().size();
  }

  /**
   * Writes a version as a folder that MLflow loads.
   *
   * @param folder absent or empty
   * @throws LeatException if its file is absent or another than was published, or the folder cannot
   *     be written
   */
  public ModelVersion export(ModelReference reference, Path folder) {
    ModelVersion version = reference.resolve(view());
    Manifest manifest = Manifest.parse(version.getManifest());
    Map<String, String> metadata = new TreeMap<>(manifest.lineage());
    metadata.put("leat.model", version.getModel());
    metadata.put("leat.version", String.valueOf(version.getNumber()));
    metadata.put("leat.label", version.getLabel());
    metadata.put("leat.digest", version.getDigest());
    metadata.put("leat.service", manifest.serving().service().toString());
    metadata.put("leat.features", String.join("\n", manifest.serving().features().keySet()));
    MlflowDirectory.write(folder, artifacts.get(manifest.model().sha256()), metadata);
    return version;
  }

  private RegisteredModel judge(
      ModelReference version, VersionStatus next, Set<VersionStatus> from, Reason why) {
    return change(
        version.model(),
        action(next),
        why,
        (view, before) -> {
          ModelVersion wanted = version.resolve(view);
          VersionStanding standing = standing(before, wanted.getNumber());
          if (standing.getStatus() == next) {
            return before;
          }
          if (!from.contains(standing.getStatus())) {
            throw new LeatException(
                ErrorCode.MODEL,
                "Version %d of model %s is %s, by %s; expected %s to %s it."
                    .formatted(
                        wanted.getNumber(),
                        version.model(),
                        standing.getStatus(),
                        standing.getChangedBy(),
                        from.stream().sorted().map(Enum::name).collect(Collectors.joining(" or ")),
                        action(next)));
          }
          if (next == VersionStatus.APPROVED
              && before.getApprovalRequired()
              && wanted.getPublishedBy().equals(why.actor())) {
            throw new LeatException(
                ErrorCode.MODEL,
                "Version %d of model %s was published by %s; the pipeline declares that somebody else approves it."
                    .formatted(wanted.getNumber(), version.model(), why.actor()));
          }
          if (next != VersionStatus.PROPOSED && next != VersionStatus.APPROVED) {
            requireIdle(before, wanted, action(next));
          }
          return with(
              before,
              VersionStanding.newBuilder(standing)
                  .setStatus(next)
                  .setChangedBy(why.actor())
                  .build());
        });
  }

  private static String action(VersionStatus status) {
    return switch (status) {
      case PUBLISHED -> "publish";
      case PROPOSED -> "propose";
      case APPROVED -> "approve";
      case REJECTED -> "reject";
      case RETIRED -> "retire";
      case DELETED -> "delete";
    };
  }

  private static void requireIdle(RegisteredModel model, ModelVersion version, String action) {
    int number = version.getNumber();
    boolean scores =
        model.getRollout() != null
            && model.getRollout().getArms().stream().anyMatch(arm -> arm.getNumber() == number);
    List<String> aliases =
        model.getAliases().entrySet().stream()
            .filter(alias -> alias.getValue() == number)
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    if (scores || !aliases.isEmpty()) {
      throw new LeatException(
          ErrorCode.MODEL,
          "Version %d of model %s cannot be %sd: %s. %s"
              .formatted(
                  number,
                  model.getModel(),
                  action.equals("reject") ? "rejecte" : action,
                  scores
                      ? "it scores (%s)".formatted(model.getRollout().getKind())
                      : "it is " + aliases,
                  scores
                      ? "Promote another version first, or end its rollout: leat model rollback %s."
                          .formatted(model.getModel())
                      : "Move or remove the alias first (leat model alias)."));
    }
  }

  private RegisteredModel change(String model, String action, Reason why, Step step) {
    return changes.change(
        () -> {
          RegistryView view = view();
          RegisteredModel before =
              view.model(model)
                  .orElseThrow(
                      () ->
                          new LeatException(
                              ErrorCode.INPUT,
                              "The registry has no model %s; it has %s. 'leat apply' or 'leat model publish' publishes one."
                                  .formatted(model, view.models().keySet())));
          RegisteredModel next = step.next(view, before);
          if (next.equals(before)) {
            return new Change<>(List.of(), Optional.empty(), before);
          }
          RegisteredModel after =
              RegisteredModel.newBuilder(next).setRevision(before.getRevision() + 1).build();
          return new Change<>(
              List.of(entry("model/" + model, after)),
              Optional.of(event(action, model, why, before, after).build()),
              after);
        });
  }

  private AuditEvent.Builder event(
      String action,
      String model,
      Reason why,
      @Nullable RegisteredModel before,
      RegisteredModel after) {
    return AuditEvent.newBuilder()
        .setAction("model." + action)
        .setActor(why.actor())
        .setSubject(subject(model))
        .setDetails(Map.of())
        .setTime(clock.instant())
        .setBefore(before == null ? null : before.toString())
        .setAfter(after.toString())
        .setReason(why.text().orElse(null))
        .setEvidence(why.evidence());
  }

  /** The subject of a model's audit events. */
  static String subject(String model) {
    return "model " + model;
  }

  private static Entry entry(String key, Object value) {
    return new Entry(Topics.MODEL_REGISTRY, key, new RegistryEntry(value));
  }

  private static VersionStanding standing(RegisteredModel model, int number) {
    return model.getVersions().stream()
        .filter(one -> one.getNumber() == number)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a version without a standing: " + number));
  }

  private static RegisteredModel with(RegisteredModel model, VersionStanding changed) {
    return RegisteredModel.newBuilder(model)
        .setVersions(
            model.getVersions().stream()
                .map(one -> one.getNumber() == changed.getNumber() ? changed : one)
                .toList())
        .build();
  }
}

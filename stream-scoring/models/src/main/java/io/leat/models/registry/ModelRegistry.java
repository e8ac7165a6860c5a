package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.ModelStage;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.VersionStanding;
import io.leat.records.VersionStatus;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.audit.Change;
import io.leat.schemas.audit.ChangeLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

  private final ArtifactStore artifacts;
  private final RegistryChanges changes;
  private final RolloutChanges rollouts;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @param artifacts where the versions' files are kept; stays the caller's to close
   */
  public ModelRegistry(
      Map<String, ?> kafka, RegistryClient registry, ArtifactStore artifacts, InstantSource clock) {
    this.artifacts = artifacts;
    this.changes = new RegistryChanges(kafka, registry, clock);
    this.rollouts = new RolloutChanges(changes);
  }

  /** What was published. */
  public record Published(ModelVersion version, boolean isNew) {}

  /**
   * What the registry holds now.
   *
   * @throws LeatException if there is none: no pipeline was applied
   */
  public RegistryView view() {
    return changes.view();
  }

  /** Changes which of a model's versions score. */
  public RolloutChanges rollouts() {
    return rollouts;
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
    return changes.write(
        view -> {
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
                  RegistryChanges.entry(
                      "version/%s/%d".formatted(version.model(), number), published),
                  RegistryChanges.entry("model/" + version.model(), after)),
              Optional.of(
                  changes
                      .event("publish", version.model(), why, before.orElse(null), after)
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
      changes.change(
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
        .setPublishedAt(changes.now())
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
                ? rollouts.first(revision, version, RolloutPlans.of(terms.fallback()), why)
                : before.map(RegisteredModel::getRollout).orElse(null))
        .build();
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
    return changes.change(
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
    return changes.change(
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
    return changes.change(
        version.model(),
        "tag",
        why,
        (view, before) -> {
          VersionStanding standing =
              RegistryChanges.standing(before, version.resolve(view).getNumber());
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
    return changes.change(
        version.model(),
        action(next),
        why,
        (view, before) -> {
          ModelVersion wanted = version.resolve(view);
          VersionStanding standing = RegistryChanges.standing(before, wanted.getNumber());
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

  private static RegisteredModel with(RegisteredModel model, VersionStanding changed) {
    return RegisteredModel.newBuilder(model)
        .setVersions(
            model.getVersions().stream()
                .map(one -> one.getNumber() == changed.getNumber() ? changed : one)
                .toList())
        .build();
  }
}

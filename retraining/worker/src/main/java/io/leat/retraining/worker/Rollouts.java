package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.registry.KnownWorth;
import io.leat.models.registry.ModelHistory;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.PipelineModels;
import io.leat.models.registry.Reason;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.RolloutPlans;
import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.ModelStage;
import io.leat.records.AuditEvent;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.RetrainingRun;
import io.leat.records.RolloutArm;
import io.leat.records.RunMetric;
import io.leat.records.RunState;
import io.leat.records.VersionStanding;
import io.leat.records.VersionStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a run does with the model registry. The registry and its audit are asked first whether it
 * was done: a version is known by its digest, a rollout by the run's id in its reason.
 */
final class Rollouts {
  private static final int KEY_DIGITS = 12;

  private final Workplace place;

  Rollouts(Workplace place) {
    this.place = place;
  }

  /** Publishes what the run made; the registry knows it by its digest if it has it. */
  RetrainingRun publish(RetrainingRun run, Model model, Challenger challenger, PinnedSet set) {
    Published published =
        PipelineModels.publish(
            model, challenger.packed(lineage(run, set)), label(run), place.models(), reason(run));
    return publishedAs(run, model, published.version());
  }

  /**
   * The version that the run has published already, and could not say so; a model that was trained
   * again since is another where the trainer is not deterministic.
   */
  Optional<RetrainingRun> published(RetrainingRun run, Model model) {
    return place.models().view().versions(model.name()).stream()
        .filter(version -> version.getLabel().equals(label(run)))
        .findFirst()
        .map(version -> publishedAs(run, model, version));
  }

  private static String label(RetrainingRun run) {
    return "retrained-" + run.getRunKey().substring(0, KEY_DIGITS);
  }

  private RetrainingRun publishedAs(RetrainingRun run, Model model, ModelVersion version) {
    int number = version.getNumber();
    RetrainingRun.Builder made =
        RetrainingRun.newBuilder(run).setVersionNumber(number).setModelVersion(version.getLabel());
    if (number == run.getChampion()) {
      return RunRecords.ended(
              made.build(), RunState.REJECTED, "the training gave the champion again")
          .build();
    }
    boolean isOpen =
        run.getGates().stream().anyMatch(gate -> gate.getVerdict() == GateVerdict.INCONCLUSIVE);
    boolean asks =
        (isOpen && !isJudgedInShadow(run, model, place.policy(run).gates()))
            || model.approval() == Model.Approval.REQUIRED
            || place.policy(run).approval() == Model.Approval.REQUIRED;
    return RunRecords.done(
            made.build(),
            RunState.PUBLISHED,
            asks ? Step.PROPOSE : Step.ROLL_OUT,
            "version %d of model %s".formatted(number, model.name()))
        .build();
  }

  /**
   * Whether a shadow shows by labels all that the gates left open: what scores cost beside the
   * champion's, over all rows. Its guard of loss is passed only where the version is known to cost
   * no more than the champion and the margin; of segments, groups, limits and latency it says
   * nothing, and where there is no champion nobody is in a shadow.
   */
  static boolean isJudgedInShadow(RetrainingRun run, Model model, Gates declared) {
    Set<String> shown = GateCheck.ofLoss(declared);
    return run.getChampion() > 0
        && run.getGates().stream()
            .filter(gate -> gate.getVerdict() == GateVerdict.INCONCLUSIVE)
            .allMatch(gate -> gate.getRows() > 0 && shown.contains(gate.getGate()))
        && model.rollout().stream()
            .filter(stage -> stage.kind() == ModelStage.Kind.SHADOW)
            .flatMap(stage -> stage.guards().stream())
            .anyMatch(guard -> guard.kind() == ModelStage.GuardKind.LOSS);
  }

  /** Where the version comes from; nothing in it depends on when it was made. */
  private static Map<String, String> lineage(RetrainingRun run, PinnedSet set) {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("training_set", run.getTrainingSet());
    set.testFrom().ifPresent(time -> lineage.put(KnownWorth.TRAINED_UNTIL, time.toString()));
    lineage.put("retraining.run", run.getRunId());
    lineage.put("retraining.key", run.getRunKey());
    lineage.put("retraining.cause", run.getCause());
    lineage.put("retraining.trainer", run.getTrainer());
    if (run.getChampion() > 0) {
      lineage.put("parent", String.valueOf(run.getChampion()));
    }
    run.getSnapshots().forEach((table, id) -> lineage.put("snapshot." + table, String.valueOf(id)));
    for (RunMetric metric : run.getMetrics()) {
      if (metric.getSegment().isEmpty()
          && !metric.getMetric().startsWith("latency")) { // that is of the machine
        String name = "metric.%s.%s".formatted(metric.getCandidate(), metric.getMetric());
        lineage.put(name, String.valueOf(metric.getValue()));
        if (metric.getLow() != null && metric.getHigh() != null) {
          lineage.put(name + ".low", String.valueOf(metric.getLow()));
          lineage.put(name + ".high", String.valueOf(metric.getHigh()));
        }
      }
    }
    return lineage;
  }

  /** Asks for approval, unless somebody has judged the version already. */
  RetrainingRun propose(RetrainingRun run) {
    if (status(run) == VersionStatus.PUBLISHED) {
      place.models().propose(reference(run), reason(run));
    }
    return RunRecords.done(
            run,
            RunState.PUBLISHED,
            Step.APPROVE,
            "waits for approval: leat model approve " + reference(run))
        .build();
  }

  /** Goes on once somebody has approved or rejected the version. */
  Optional<RetrainingRun> approved(RetrainingRun run) {
    return switch (status(run)) {
      case PUBLISHED, PROPOSED -> Optional.empty();
      case APPROVED ->
          Optional.of(
              RunRecords.done(
                      run,
                      RunState.PUBLISHED,
                      Step.ROLL_OUT,
                      "approved by " + standing(run).getChangedBy())
                  .build());
      case REJECTED, RETIRED, DELETED ->
          Optional.of(
              RunRecords.ended(
                      run,
                      RunState.REJECTED,
                      "%s by %s".formatted(status(run), standing(run).getChangedBy()))
                  .build());
    };
  }

  private VersionStatus status(RetrainingRun run) {
    return standing(run).getStatus();
  }

  private VersionStanding standing(RetrainingRun run) {
    return place
        .models()
        .view()
        .standing(run.getModel(), run.getVersionNumber())
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.MODEL,
                    "The registry has no version %d of model %s, which run %s published. Was the topic model-registry made anew?"
                        .formatted(run.getVersionNumber(), run.getModel(), run.getRunId())));
  }

  /**
   * Begins the rollout, unless it has begun; waits while another version of the model is in a
   * stage.
   */
  Optional<RetrainingRun> rollOut(RetrainingRun run) {
    if (begun(history(run), run).isEmpty()) {
      RegistryView view = place.models().view();
      if (view.model(run.getModel())
          .map(RegisteredModel::getRollout)
          .flatMap(RolloutPlans::stage)
          .isPresent()) {
        return Optional.empty(); // somebody else's, which comes to an end
      }
      int champion = view.champion(run.getModel()).map(RolloutArm::getNumber).orElse(0);
      if (champion != run.getChampion()) {
        return Optional.of(
            RunRecords.ended(
                    run,
                    RunState.REJECTED,
                    "version %d became the champion meanwhile; this one was held against version %d"
                        .formatted(champion, run.getChampion()))
                .build());
      }
      place.models().rollouts().begin(reference(run), Optional.of(run.getChampion()), reason(run));
    }
    long revision =
        begun(history(run), run)
            .map(ModelHistory::revision)
            .orElseThrow(
                () ->
                    new LeatException(
                        ErrorCode.MODEL,
                        "The rollout of %s was begun, and the audit does not have it."
                            .formatted(reference(run))));
    return Optional.of(
        RunRecords.done(
                run,
                RunState.PUBLISHED,
                Step.FOLLOW,
                "rollout %d of %s has begun".formatted(revision, reference(run)))
            .setRollout(revision)
            .build());
  }

  /** Goes on once the rollout has come to its end: the version is the champion, or is not. */
  Optional<RetrainingRun> follow(RetrainingRun run) {
    List<AuditEvent> since =
        history(run).rollouts().stream()
            .filter(event -> ModelHistory.revision(event) >= run.getRollout())
            .toList();
    Optional<AuditEvent> promoted =
        since.stream()
            .filter(
                event ->
                    ModelHistory.champion(event).equals(OptionalInt.of(run.getVersionNumber())))
            .filter(event -> !ModelHistory.isInStage(event))
            .findFirst();
    if (promoted.isPresent()) {
      return Optional.of(
          RunRecords.ended(run, RunState.PROMOTED, reference(run) + " is the champion").build());
    }
    return since.stream()
        .filter(event -> !ModelHistory.numbers(event).contains(run.getVersionNumber()))
        .findFirst()
        .map(
            event ->
                RunRecords.ended(
                        run,
                        RunState.REJECTED,
                        "the rollout went back: %s by %s%s"
                            .formatted(
                                event.getAction(),
                                event.getActor(),
                                event.getReason() == null ? "" : ": " + event.getReason()))
                    .build());
  }

  private ModelHistory history(RetrainingRun run) {
    return ModelHistory.read(place.kafka(), place.codec(), run.getModel());
  }

  private Optional<AuditEvent> begun(ModelHistory history, RetrainingRun run) {
    String reason = reason(run).text().orElseThrow();
    return history.rollouts().stream()
        .filter(event -> event.getActor().equals(place.actor()))
        .filter(event -> reason.equals(event.getReason()))
        .findFirst();
  }

  private static ModelReference reference(RetrainingRun run) {
    return new ModelReference(run.getModel(), String.valueOf(run.getVersionNumber()));
  }

  /** The same for the same run: it is known by it. */
  private Reason reason(RetrainingRun run) {
    return new Reason(
        place.actor(),
        Optional.of("retraining run %s: %s".formatted(run.getRunId(), run.getCause())),
        Stream.concat(
                Stream.of("request " + run.getRequestId(), "training set " + run.getTrainingSet()),
                run.getGates().stream().map(Rollouts::line))
            .toList());
  }

  private static String line(GateResult gate) {
    return "gate %s: %s, %s".formatted(gate.getGate(), gate.getVerdict(), gate.getMessage());
  }
}

package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.ModelStage;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.retraining.samples.Decisions;
import io.leat.retraining.samples.Samples;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.retraining.worker.RunTrainer.Begun;
import io.leat.retraining.worker.RunTrainer.Declined;
import io.leat.retraining.worker.RunTrainer.Failed;
import io.leat.retraining.worker.RunTrainer.Progress;
import io.leat.retraining.worker.RunTrainer.Trained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a run, each a function of the run's last record and of what is there: done again, it
 * has the same effect.
 */
final class Steps {
  private static final String MODEL_FILE = "model_file";
  private static final String MODEL_SHA256 = "model_sha256";

  private final Workplace place;
  private final TrainingSets trainingSets;
  private final Trainers trainers;
  private final Rollouts rollouts;

  Steps(Workplace place, TrainingSets trainingSets, Trainers trainers) {
    this.place = place;
    this.trainingSets = trainingSets;
    this.trainers = trainers;
    this.rollouts = new Rollouts(place);
  }

  /**
   * Does what a run's last record says is done next.
   *
   * @return the next record, but for its time; empty where there is nothing to do yet
   * @throws LeatException if it cannot be done, now or ever
   */
  Optional<RetrainingRun> next(RetrainingRun run) {
    Step step =
        Step.of(run.getStep())
            .orElseThrow(
                () -> new IllegalStateException("a run that has ended: " + run.getRunId()));
    return switch (step) {
      case PIN -> Optional.of(pin(run));
      case TRAIN -> train(run);
      case EVALUATE -> Optional.of(withModel(run, this::evaluate));
      case PUBLISH -> Optional.of(publish(run));
      case PROPOSE -> Optional.of(rollouts.propose(run));
      case APPROVE -> rollouts.approved(run);
      case ROLL_OUT -> rollouts.rollOut(run);
      case FOLLOW -> rollouts.follow(run);
    };
  }

  /**
   * Does a step that needs the run's model. The worker before this one may have had another state
   * directory, or lost it; what lay there is made again then, of what the run's record says.
   */
  private RetrainingRun withModel(RetrainingRun run, UnaryOperator<RetrainingRun> step) {
    Path file = modelFile(run);
    return Files.exists(file) && isOf(run, file)
        ? step.apply(run)
        : RunRecords.done(
                run,
                RunState.PINNED,
                Step.TRAIN,
                "the run's model is not in %s: another worker took over, which has another state directory, and trains again"
                    .formatted(file))
            .setArtifacts(place.folder(run).root().toString())
            .build();
  }

  /**
   * Whether a file is what the run's record tells of: each of two workers may have trained, and a
   * trainer need not give the same twice. Records of earlier releases do not say.
   */
  private static boolean isOf(RetrainingRun run, Path file) {
    String digest = run.getParameters().get(MODEL_SHA256);
    return digest == null || digest.equals(digest(file));
  }

  private static String digest(Path made) {
    Path graph = Trainers.graph(made);
    try {
      return Sha256.hex(graph);
    } catch (IOException e) {
      throw RunFolder.notWritable(graph, e);
    }
  }

  private RetrainingRun pin(RetrainingRun run) {
    Model model = place.model(run);
    FeatureService service = place.service(model);
    RetrainingPolicy policy = place.policy(run);
    TrainingSpan span = span(run, service);
    RunFolder folder = place.folder(run);
    Optional<String> behind =
        trainingSets.make(
            folder, service, span, LogEnds.of(place.kafka(), place.pipeline(), service));
    PinnedSet set = PinnedSet.open(folder, service);
    Optional<Champion> champion = Champion.of(place.models().view(), model.name());
    RunTrainer trainer = trainers.of(policy.trainer());
    RetrainingRun pinned =
        RunRecords.done(
                run,
                RunState.PINNED,
                Step.TRAIN,
                "training set of rows %s%s; %s trains next"
                    .formatted(span, behind.map(text -> ", " + text).orElse(""), trainer.name()))
            .setRunKey(RunRecords.key(run, set.folder().lineage()))
            .setSnapshots(set.snapshots())
            .setTrainingSet(set.folder().lineage())
            .setArtifacts(folder.root().toString())
            .setTrainer(trainer.name())
            .setChampion(champion.map(Champion::number).orElse(0))
            .build();
    int needed = policy.when().newLabels();
    if (needed > 0) {
      long known = newLabels(set, service, newFrom(champion));
      if (known < needed) {
        return RunRecords.ended(
                pinned,
                RunState.LAPSED,
                "%,d labels are known since the champion learnt; the policy needs %,d"
                    .formatted(known, needed))
            .build();
      }
    }
    return pinned;
  }

  private Instant newFrom(Optional<Champion> champion) {
    return champion.map(one -> one.newFrom(place.artifacts())).orElse(Instant.MIN);
  }

  private static long newLabels(PinnedSet set, FeatureService service, Instant since) {
    long[] known = {0};
    for (String part :
        List.of(TrainingSetFolder.TRAIN, TrainingSetFolder.VALIDATION, TrainingSetFolder.TEST)) {
      set.folder()
          .read(
              part,
              service,
              (time, values, label) -> {
                if (label != null && !Instant.ofEpochMilli(time).isBefore(since)) {
                  known[0]++;
                }
              });
    }
    return known[0];
  }

  private Optional<RetrainingRun> train(RetrainingRun run) {
    Model model = place.model(run);
    FeatureService service = place.service(model);
    PinnedSet set = requireSet(run, service);
    RunFolder folder = place.folder(run);
    Progress progress =
        trainers
            .of(place.policy(run).trainer())
            .advance(new RunTrainer.Task(run, model, service, folder, set));
    if (progress instanceof Trained trained) {
      Path file = profiled(trained.model(), model, service, set);
      return Optional.of(
          RunRecords.done(run, RunState.TRAINED, Step.EVALUATE, "trained by " + run.getTrainer())
              .setParameters(
                  with(
                      trained.parameters(),
                      folder.root().relativize(file).toString(),
                      digest(file)))
              .setArtifacts(folder.root().toString())
              .build());
    }
    if (progress instanceof Declined declined) {
      return Optional.of(
          RunRecords.ended(run, RunState.REJECTED, "the trainer declined: " + declined.reason())
              .build());
    }
    if (progress instanceof Failed failed) {
      return Optional.of(
          RunRecords.ended(run, RunState.FAILED, "the training failed: " + failed.reason())
              .build());
    }
    if (progress instanceof Begun begun) {
      return Optional.of(
          RunRecords.done(
                  run,
                  RunState.PINNED,
                  Step.TRAIN,
                  "%s trains: %s".formatted(run.getTrainer(), begun.externalId()))
              .setExternalId(begun.externalId())
              .build());
    }
    return Optional.empty();
  }

  private static java.util.Map<String, String> with(
      java.util.Map<String, String> parameters, String file, String digest) {
    java.util.Map<String, String> all = new java.util.TreeMap<>(parameters);
    all.put(MODEL_FILE, file);
    all.put(MODEL_SHA256, digest);
    return all;
  }

  private TrainingSpan span(RetrainingRun run, FeatureService service) {
    return TrainingSpan.of(
        service, place.policy(run).window(), Optional.ofNullable(run.getEventTime()).orElseThrow());
  }

  /** The training set of a run; made again of the same snapshots where it is not here. */
  private PinnedSet requireSet(RetrainingRun run, FeatureService service) {
    RunFolder folder = place.folder(run);
    trainingSets.makeAgain(folder, service, span(run, service), run.getSnapshots());
    PinnedSet set = PinnedSet.open(folder, service);
    String found = set.folder().lineage();
    if (!found.equals(run.getTrainingSet())) {
      throw new LeatException(
          ErrorCode.STATE,
          "The training set in %s has the lineage %s; run %s was pinned to %s. The state directory, or the policy's window, has changed since. Ask again: leat retraining run --model %s"
              .formatted(
                  folder.trainingSet(),
                  found,
                  run.getRunId(),
                  run.getTrainingSet(),
                  run.getModel()));
    }
    return set;
  }

  /** Writes the profile of all vectors beside a model's file, where whoever packs it finds it. */
  private Path profiled(Path made, Model model, FeatureService service, PinnedSet set) {
    Samples samples = new Samples(place.pipeline(), model, service, 1);
    for (String part :
        List.of(TrainingSetFolder.TRAIN, TrainingSetFolder.VALIDATION, TrainingSetFolder.TEST)) {
      var rows = samples.part();
      set.folder()
          .read(
              part,
              service,
              (time, values, label) ->
                  samples.add(rows, time, values, Samples.truth(label, service)));
    }
    Path file = Trainers.graph(made).resolveSibling(model.referenceProfile().getFileName());
    try (OnnxModel graph = Challenger.read(model, place.pipeline(), made).open();
        Inference inference = graph.inference(1)) {
      samples.profile(values -> score(inference, values)).write(file);
    } catch (IOException e) {
      throw RunFolder.notWritable(file, e);
    }
    return made;
  }

  /** What the model says of a row that is an input of it; NaN where it says nothing. */
  private static double score(Inference inference, float[] values) {
    List<@Nullable Object> row = new ArrayList<>();
    for (float value : values) {
      row.add(Float.isNaN(value) ? null : (Object) (double) value);
    }
    try {
      return inference.add(row).isEmpty() ? inference.run().get(0).score() : Double.NaN;
    } catch (InferenceException e) {
      return Double.NaN; // in the stream it would be a dead letter
    }
  }

  private Path modelFile(RetrainingRun run) {
    String file = run.getParameters().getOrDefault(MODEL_FILE, "model/model.onnx");
    return place.folder(run).root().resolve(file);
  }

  private Challenger challenger(RetrainingRun run, Model model) {
    return Challenger.read(model, place.pipeline(), modelFile(run));
  }

  private RetrainingRun evaluate(RetrainingRun run) {
    Model model = place.model(run);
    FeatureService service = place.service(model);
    PinnedSet set = requireSet(run, service);
    RetrainingPolicy policy = place.policy(run);
    RegistryView view = place.models().view();
    Optional<Champion> champion =
        view.version(model.name(), run.getChampion())
            .map(
                version ->
                    new Champion(
                        version, io.leat.models.registry.PublishedModel.manifest(version)));
    Optional<OnnxModel> opened =
        champion.filter(one -> one.reads(service)).map(one -> one.open(place.artifacts()));
    Comparison comparison;
    Challenger made = challenger(run, model);
    Decisions decisions = new Decisions(model);
    try (OnnxModel challenger = made.open()) {
      comparison =
          Evaluation.of(
                  set,
                  service,
                  challenger,
                  opened,
                  newFrom(champion),
                  place.pipeline().entity(service).map(Entity::key),
                  Stream.concat(
                          policy.gates().segments().stream(),
                          policy.gates().protectedFeatures().stream())
                      .distinct()
                      .toList())
              .with(
                  (double) made.size(),
                  decisions.areNone()
                      ? Optional.empty()
                      : Optional.of(score -> decisions.of(score).isPresent()));
    } finally {
      opened.ifPresent(OnnxModel::close);
    }
    GateCheck check =
        GateCheck.of(policy.gates(), comparison, champion.isPresent(), RunRequest.seed(run));
    List<GateResult> gates = check.results();
    RunFolder folder = place.folder(run);
    folder.write(folder.root().resolve("gates.json"), check.report().json().getBytes(UTF_8));
    folder.write(folder.root().resolve("gates.html"), check.report().html().getBytes(UTF_8));
    RetrainingRun measured =
        RetrainingRun.newBuilder(run).setMetrics(comparison.metrics()).setGates(gates).build();
    if (check.verdict() == GateVerdict.FAIL) {
      return RunRecords.ended(
              measured, RunState.REJECTED, "gates failed: " + told(gates, GateVerdict.FAIL))
          .build();
    }
    if (check.verdict() == GateVerdict.INCONCLUSIVE) {
      String told = told(gates, GateVerdict.INCONCLUSIVE);
      boolean hasShadow =
          model.rollout().stream().anyMatch(stage -> stage.kind() == ModelStage.Kind.SHADOW);
      return hasShadow
          ? RunRecords.done(
                  measured,
                  RunState.GATED,
                  Step.PUBLISH,
                  (Rollouts.isJudgedInShadow(measured, model, policy.gates())
                          ? "inconclusive, so that the shadow is to show by labels what it costs: "
                          : "inconclusive, so that somebody has to approve it, and it begins in the shadow: ")
                      + told)
              .build()
          : RunRecords.ended(measured, RunState.REJECTED, "inconclusive: " + told).build();
    }
    return RunRecords.done(
            measured,
            RunState.GATED,
            Step.PUBLISH,
            gates.isEmpty() ? "there is nothing to pass" : "all gates passed")
        .build();
  }

  private static String told(List<GateResult> gates, GateVerdict verdict) {
    return gates.stream()
        .filter(gate -> gate.getVerdict() == verdict)
        .map(gate -> gate.getGate() + ": " + gate.getMessage())
        .collect(Collectors.joining("; "));
  }

  private RetrainingRun publish(RetrainingRun run) {
    Model model = place.model(run);
    return rollouts
        .published(run, model)
        .orElseGet(
            () ->
                withModel(
                    run,
                    here ->
                        rollouts.publish(
                            here,
                            model,
                            challenger(here, model),
                            requireSet(here, place.service(model)))));
  }
}

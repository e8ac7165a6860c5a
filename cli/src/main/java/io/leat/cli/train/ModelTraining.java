package io.leat.cli.train;

import io.leat.cli.command.UserError;
import io.leat.common.Sha256;
import io.leat.drift.FeatureReference;
import io.leat.drift.ReferenceProfile;
import io.leat.models.registry.KnownWorth;
import io.leat.models.registry.LineageFile;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.retraining.samples.Samples;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.retraining.training.BinaryMetrics;
import io.leat.retraining.training.CalibrationMethod;
import io.leat.retraining.training.Candidate;
import io.leat.retraining.training.Metrics;
import io.leat.retraining.training.ProgressListener;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingException;
import io.leat.retraining.training.TrainingPlan;
import io.leat.retraining.training.TrainingReport;
import io.leat.retraining.training.TrainingResult;
import io.leat.retraining.training.TrainingSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One training of one model: events to vectors, or the vectors of a training set; vectors to a
 * model and its reference profile.
 */
public final class ModelTraining {
  private static final Set<String> TRAINED_COLUMNS = Set.of("0", "1");

  private final Pipeline pipeline;
  private final Model model;
  private final FeatureService service;
  private final TrainingPlan plan;
  private final Optional<Entity> entity;
  private final Samples samples;

  /**
   * A training of one of the pipeline's models.
   *
   * @param plan how, of a binary classifier
   * @param mostLeftOut greatest share of the labelled vectors, from 0 to 1, that may be left out
   *     for one reason
   */
  public ModelTraining(Pipeline pipeline, Model model, TrainingPlan plan, double mostLeftOut) {
    this.pipeline = pipeline;
    this.model = model;
    this.plan = plan;
    this.service = pipeline.service(model.service()).orElseThrow();
    if (!model.score().output().equals(ModelMetadata.TRAINED_OUTPUT)
        || !TRAINED_COLUMNS.contains(model.score().element().orElse("0"))) {
      throw new UserError(
          "Model %s takes its score from %s; a model that 'leat train' makes has one output, %s: [0] is the probability of a false label, [1] of a true one. Write outputs: { score: \"%s[1]\" }"
              .formatted(
                  model.name(),
                  model.score(),
                  ModelMetadata.TRAINED_OUTPUT,
                  ModelMetadata.TRAINED_OUTPUT));
    }
    this.entity = pipeline.entity(service);
    this.samples = new Samples(pipeline, model, service, mostLeftOut);
  }

  /** How a model comes of samples. */
  @FunctionalInterface
  private interface Training {
    TrainingResult train() throws TrainingException;
  }

  /**
   * Trains on events, writes both files, prints the report.
   *
   * @throws UserError if the files do not fit, or the model cannot be trained on them, or its
   *     service has no label, or one that another event brings
   */
  public TrainingReport run(VectorOptions vectors, PrintWriter out) {
    requireOwnLabel();
    TrainingSet.Builder rows = samples.part();
    vectors.readEvents(
        pipeline,
        service,
        out,
        (time, values, label, keys) ->
            samples.add(
                rows,
                time,
                values,
                Samples.truth(label, service),
                key(keys, entity.map(Entity::name))));
    samples.check(out);
    return finish(
        () -> Trainer.train(rows.build(), plan, ModelMetadata.of(service), ProgressListener.NONE),
        out);
  }

  /**
   * Trains on a training set: learns from its training part, is measured on its test part, and
   * leaves the validation part to whoever compares models. Writes both files, prints the report.
   * The model says which training set it is of.
   *
   * @param folder what {@code leat training-set} wrote
   * @throws UserError if the training set is not of the model's service, or the model cannot be
   *     trained on it
   */
  public TrainingReport run(Path folder, PrintWriter out) {
    TrainingSetFolder set = TrainingSetFolder.open(folder, service);
    TrainingSet.Builder training = samples.part();
    TrainingSet.Builder test = samples.part();
    read(set, TrainingSetFolder.TRAIN, training);
    read(set, TrainingSetFolder.VALIDATION, samples.part());
    read(set, TrainingSetFolder.TEST, test);
    samples.check(out);
    out.println("training set with lineage " + set.lineage());
    ModelMetadata metadata = ModelMetadata.of(service).withTrainingSet(set.lineage());
    return finish(
        () ->
            Trainer.trainOn(
                new TrainingSet.Split(training.build(), test.build()),
                plan,
                metadata,
                ProgressListener.NONE),
        out);
  }

  private void read(TrainingSetFolder set, String part, TrainingSet.Builder rows) {
    set.readWhole(
        part,
        service,
        (time, values, label, columns) ->
            samples.add(
                rows,
                time,
                values,
                Samples.truth(label, service),
                key(columns, entity.map(Entity::key))));
  }

  /** Whose row it is; empty where it stands for itself. */
  private static String key(Map<String, @Nullable Object> keys, Optional<String> name) {
    return name.map(keys::get).map(Object::toString).orElse("");
  }

  private TrainingReport finish(Training training, PrintWriter out) {
    TrainingResult trained;
    try {
      trained = training.train();
    } catch (TrainingException e) {
      throw new UserError("Cannot train " + model.name() + ": " + e.getMessage(), e);
    }
    int place = Integer.parseInt(model.score().element().orElse("0"));
    ReferenceProfile profile =
        samples.profile(values -> trained.predictor().predict(values)[place]);
    write(trained, profile);
    printNulls(profile, out);
    printCandidates(trained, out);
    print(trained.report(), out);
    return trained.report();
  }

  /** The service's label has to be a field of its spine. */
  private void requireOwnLabel() {
    FeatureService.Label label =
        service
            .label()
            .orElseThrow(
                () ->
                    new UserError(
                        "Service %s has no label, so no model can learn from it. Declare one: label: { field: ..., on: ..., within: ... }"
                            .formatted(service.name())));
    if (!label.from().equals(service.spine())) {
      throw new UserError(
          "The label of service %s comes from %s; files of events have it only where it comes from the spine %s itself. Make a training set with 'leat training-set', and train on that: --training-set DIR."
              .formatted(service.name(), label.from(), service.spine()));
    }
  }

  private void write(TrainingResult trained, ReferenceProfile profile) {
    try {
      Files.createDirectories(model.artifact().getParent());
      // Not a temporary file: nobody else may read those, and services run as other users.
      Path unfinished = model.artifact().resolveSibling(model.artifact().getFileName() + ".part");
      Files.write(unfinished, trained.onnx());
      Files.move(
          unfinished,
          model.artifact(),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.ATOMIC_MOVE);
      profile.write(model.referenceProfile());
      LineageFile.write(model.artifact(), Sha256.hex(trained.onnx()), lineage(trained.report()));
    } catch (IOException e) {
      throw new UserError(
          "Cannot write %s and its reference profile: %s".formatted(model.artifact(), e), e);
    }
  }

  /** Up to when it learnt, and how good it was behind that. */
  private static Map<String, String> lineage(TrainingReport report) {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put(KnownWorth.TRAINED_UNTIL, report.holdOutFrom().toString());
    BinaryMetrics holdOut = (BinaryMetrics) report.holdOut();
    KnownWorth.put(
        lineage, "auc", new KnownWorth.Figure(holdOut.auc(), holdOut.aucLow(), holdOut.aucHigh()));
    KnownWorth.put(
        lineage,
        "log_loss",
        new KnownWorth.Figure(holdOut.logLoss(), holdOut.logLossLow(), holdOut.logLossHigh()));
    return lineage;
  }

  /** What the profile knows of nulls: a line a feature that has some. */
  private static void printNulls(ReferenceProfile profile, PrintWriter out) {
    for (FeatureReference feature : profile.features()) {
      if (feature.nulls() > 0) {
        out.printf(
            "nulls of %s: %,d of %,d (%s)%n",
            feature.name(),
            feature.nulls(),
            profile.rows(),
            feature.nullsByReason().entrySet().stream()
                .map(one -> "%s %,d".formatted(one.getKey(), one.getValue()))
                .collect(Collectors.joining(", ")));
      }
    }
  }

  /** What was tried and what was chosen, where there was a choice. */
  private static void printCandidates(TrainingResult trained, PrintWriter out) {
    for (Candidate candidate : trained.candidates()) {
      out.printf(
          "candidate %s: log loss %.5f on later rows%s%s%n",
          candidate.hyperparameters(),
          candidate.validation().loss(),
          candidate.rounds() == 0 ? "" : ", %d trees".formatted(candidate.rounds()),
          candidate.hyperparameters().equals(trained.chosen()) ? " (chosen)" : "");
    }
    if (trained.calibration() != CalibrationMethod.NONE) {
      out.println("calibration: " + trained.calibration().label());
    }
  }

  private void print(TrainingReport report, PrintWriter out) {
    out.printf(
        "trained on %s to %s, measured on %s to %s (UTC), %d features%n",
        report.from(),
        report.holdOutFrom(),
        report.holdOutFrom(),
        report.until(),
        report.features());
    out.println("            rows   positive     AUC   log loss   (without a model)");
    print("training", report.training(), out);
    print("hold-out", report.holdOut(), out);
    out.println("written: " + model.artifact());
    out.println("written: " + model.referenceProfile());
    out.flush();
  }

  private static void print(String name, Metrics measured, PrintWriter out) {
    BinaryMetrics metrics = (BinaryMetrics) measured;
    out.printf(
        "%s %,7d   %7.2f%%   %.4f   %.5f    %.5f%n",
        name,
        metrics.rows(),
        100.0 * metrics.positives() / metrics.rows(),
        metrics.auc(),
        metrics.logLoss(),
        metrics.baselineLogLoss());
  }
}

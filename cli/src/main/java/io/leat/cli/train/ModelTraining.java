package io.leat.cli.train;

import io.leat.cli.UserError;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.drift.ReferenceProfileException;
import io.leat.features.engine.ServiceReplay;
import io.leat.features.engine.ServiceReplay.Vector;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Model;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.model.ModelInput;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.retraining.trainer.Metrics;
import io.leat.retraining.trainer.TrainedModel;
import io.leat.retraining.trainer.Trainer;
import io.leat.retraining.trainer.TrainingException;
import io.leat.retraining.trainer.TrainingReport;
import io.leat.retraining.trainer.TrainingSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.generic.GenericRecord;

/** One training of one model: events to vectors, vectors to a model and its reference profile. */
public final class ModelTraining {
  private final Pipeline pipeline;
  private final Model model;
  private final FeatureService service;
  private final String labelField;

  /**
   * @throws UserError if the model's service has no label, or one that another event brings
   */
  public ModelTraining(Pipeline pipeline, Model model) {
    this.pipeline = pipeline;
    this.model = model;
    this.service = pipeline.service(model.service()).orElseThrow();
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
          "The label of service %s comes from %s; leat train reads labels from the spine %s itself so far."
              .formatted(service.name(), label.from(), service.spine()));
    }
    this.labelField = label.field();
  }

  /**
   * Trains, writes both files, prints the report.
   *
   * @param files a file for each event that the service is made of
   * @param timeColumns column of event time, for files that call it otherwise than the contract
   * @param from first event time of a vector to train on
   * @param until event time before which all events lie
   * @throws UserError if the files do not fit, or the model cannot be trained on them
   */
  public TrainingReport run(
      Map<String, Path> files,
      Map<String, String> timeColumns,
      Optional<Instant> from,
      Optional<Instant> until,
      PrintWriter out) {
    requireFiles(files.keySet());
    EventFiles events = new EventFiles(pipeline, out);
    files.forEach(
        (name, file) -> events.read(name, file, Optional.ofNullable(timeColumns.get(name))));

    ServiceReplay replay = new ServiceReplay(service, pipeline);
    ReferenceProfileBuilder profile = ReferenceProfileBuilder.of(pipeline, model);
    ModelInput input = ModelInput.of(model, service);
    TrainingSet.Builder rows = TrainingSet.builder(input.features());
    double[] row = new double[input.width()];
    long first = from.map(Instant::toEpochMilli).orElse(Long.MIN_VALUE);
    long end = until.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
    long vectors = 0;
    long unlabelled = 0;
    long refused = 0;
    String refusal = "";
    for (EventFiles.Event event : events.inOrder()) {
      if (event.timeMillis() >= end) {
        break;
      }
      Optional<Vector> vector = replay.feed(event.name(), event.event());
      if (vector.isEmpty() || event.timeMillis() < first) {
        continue;
      }
      vectors++;
      profile.add(vector.get().eventTime(), vector.get().values());
      Optional<Boolean> label = label(event.event());
      Optional<ModelInput.Refusal> problem = input.write(vector.get().values(), row);
      if (problem.isPresent()) {
        refused++;
        refusal = problem.get().message();
      } else if (label.isEmpty()) {
        unlabelled++;
      } else {
        rows.add(vector.get().eventTime(), row, label.get());
      }
    }
    out.printf(
        "%s@%d: %,d vectors; left out: %,d without a label, %,d that are no input of the model%s%n",
        service.name(),
        service.version(),
        vectors,
        unlabelled,
        refused,
        refusal.isEmpty() ? "" : " (" + refusal + ")");

    TrainedModel trained = train(rows.build());
    write(trained, profile(profile));
    print(trained.report(), out);
    return trained.report();
  }

  private void requireFiles(Set<String> given) {
    Set<String> needed = new TreeSet<>();
    needed.add(service.spine());
    for (FeatureService.Feature feature : service.features()) {
      if (feature instanceof FeatureService.ViewFeature viewFeature) {
        needed.add(pipeline.view(viewFeature.view()).map(FeatureView::source).orElseThrow());
      }
    }
    if (!given.containsAll(needed)) {
      throw new UserError(
          "Service %s is made of the events %s, and files were given for %s. Name a file for each: --events NAME=FILE."
              .formatted(service.name(), needed, given));
    }
  }

  /** The event's label; empty where it is null. */
  private Optional<Boolean> label(GenericRecord event) {
    Object value = event.get(labelField);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Boolean truth) {
      return Optional.of(truth);
    }
    if (value instanceof Number number
        && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
      return Optional.of(number.doubleValue() == 1);
    }
    throw new UserError(
        "The label %s.%s is '%s'; expected true, false, 1 or 0."
            .formatted(service.spine(), labelField, value));
  }

  private TrainedModel train(TrainingSet rows) {
    try {
      return Trainer.train(rows, ModelMetadata.of(service));
    } catch (TrainingException e) {
      throw new UserError("Cannot train " + model.name() + ": " + e.getMessage(), e);
    }
  }

  private ReferenceProfile profile(ReferenceProfileBuilder profile) {
    try {
      return profile.build();
    } catch (ReferenceProfileException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void write(TrainedModel trained, ReferenceProfile profile) {
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
    } catch (IOException e) {
      throw new UserError(
          "Cannot write %s and its reference profile: %s".formatted(model.artifact(), e), e);
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

  private static void print(String name, Metrics metrics, PrintWriter out) {
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

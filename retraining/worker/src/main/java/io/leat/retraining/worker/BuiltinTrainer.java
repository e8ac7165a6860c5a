package io.leat.retraining.worker;

import io.leat.common.LeatException;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Trainer.Algorithm;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.retraining.samples.Samples;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.retraining.training.Kind;
import io.leat.retraining.training.Metrics;
import io.leat.retraining.training.ProgressListener;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingException;
import io.leat.retraining.training.TrainingPlan;
import io.leat.retraining.training.TrainingResult;
import io.leat.retraining.training.TrainingSet;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Leat's own trainer: learns from all rows before the test part, whose folds choose. The same
 * training set gives the same bytes.
 */
final class BuiltinTrainer implements RunTrainer {
  /** As {@code leat train} has it: greatest share of rows that are left out for one reason. */
  private static final double MOST_LEFT_OUT = 0.1;

  private static final int FOLDS = 4;

  private final Pipeline pipeline;
  private final io.leat.retraining.training.Algorithm learner;

  BuiltinTrainer(Pipeline pipeline, Algorithm algorithm) {
    this.pipeline = pipeline;
    this.learner =
        switch (algorithm) {
          case BOOSTED_TREES -> io.leat.retraining.training.Algorithm.BOOSTED_TREES;
          case LOGISTIC -> io.leat.retraining.training.Algorithm.LOGISTIC;
        };
  }

  @Override
  public String name() {
    return "builtin " + learner.label();
  }

  @Override
  public Progress advance(Task task) {
    Samples samples = new Samples(pipeline, task.model(), task.service(), MOST_LEFT_OUT);
    TrainingSet.Builder rows = samples.part();
    for (String part : List.of(TrainingSetFolder.TRAIN, TrainingSetFolder.VALIDATION)) {
      task.set()
          .folder()
          .read(
              part,
              task.service(),
              (time, values, label) ->
                  samples.add(rows, time, values, Samples.truth(label, task.service())));
    }
    TrainingResult trained;
    try {
      samples.check(new PrintWriter(Writer.nullWriter()));
      trained =
          Trainer.trainOnAll(
              rows.build(),
              TrainingPlan.of(learner, Kind.BINARY).withFolds(FOLDS),
              ModelMetadata.of(task.service()).withTrainingSet(task.set().folder().lineage()),
              ProgressListener.NONE);
    } catch (TrainingException | LeatException e) {
      return new Failed(String.valueOf(e.getMessage()));
    }
    Path file = task.folder().model().resolve("model.onnx");
    task.folder().write(file, trained.onnx());
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("algorithm", learner.label());
    parameters.put("calibration", trained.calibration().label());
    parameters.put("rounds", String.valueOf(trained.rounds()));
    trained.chosen().values().forEach((name, value) -> parameters.put(name, value.toString()));
    figures("training", trained.report().training(), parameters);
    figures("validation", trained.report().holdOut(), parameters);
    return new Trained(file, parameters);
  }

  private static void figures(String part, Metrics metrics, Map<String, String> parameters) {
    parameters.put("reported." + part + "_rows", String.valueOf(metrics.rows()));
    metrics
        .values()
        .forEach(
            (name, value) ->
                parameters.put("reported.%s_%s".formatted(part, name), value.toString()));
  }
}

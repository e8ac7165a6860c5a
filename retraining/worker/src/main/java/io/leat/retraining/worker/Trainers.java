package io.leat.retraining.worker;

import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Trainer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** The trainers that policies name. One thread owns them. */
final class Trainers implements AutoCloseable {
  private final Pipeline pipeline;
  private final ModelRegistry models;
  private final URI callbacks;
  private final InstantSource clock;
  private final Map<Trainer, RunTrainer> made = new HashMap<>();

  /**
   * @param callbacks address that trainers elsewhere call back
   */
  Trainers(Pipeline pipeline, ModelRegistry models, URI callbacks, InstantSource clock) {
    this.pipeline = pipeline;
    this.models = models;
    this.callbacks = callbacks;
    this.clock = clock;
  }

  /** The one that a policy names. */
  RunTrainer of(Trainer trainer) {
    return made.computeIfAbsent(trainer, this::make);
  }

  private RunTrainer make(Trainer trainer) {
    if (trainer instanceof Trainer.Builtin builtin) {
      return new BuiltinTrainer(pipeline, builtin.algorithm());
    }
    if (trainer instanceof Trainer.Command command) {
      return new CommandTrainer(models, command);
    }
    if (trainer instanceof Trainer.Http http) {
      return new HttpTrainer(models, http, callbacks, clock);
    }
    return ScheduledTrainer.of(models, (Trainer.Scheduled) trainer, clock);
  }

  /** The graph's file of what a trainer made: itself, or the one in a folder as MLflow saves it. */
  static Path graph(Path made) {
    return Files.isDirectory(made) ? MlflowDirectory.read(made).model().path() : made;
  }

  /** Ends what trains on this machine. */
  @Override
  public void close() {
    for (RunTrainer trainer : made.values()) {
      if (trainer instanceof CommandTrainer command) {
        command.close();
      }
    }
  }
}

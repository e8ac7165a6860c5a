package io.leat.mlflow;

import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.PipelineModels;
import io.leat.models.registry.Reason;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Publishes directories that MLflow saved, one at a time: a graph that is tried wants the
 * processor, and memory, for itself. Thread-safe.
 */
final class Publisher {
  private static final int DIGITS = 12;

  private final Pipeline pipeline;
  private final ModelRegistry registry;

  Publisher(Pipeline pipeline, ModelRegistry registry) {
    this.pipeline = pipeline;
    this.registry = registry;
  }

  /**
   * Publishes a directory as a version of a model.
   *
   * @param label empty: MLflow's id of the model, else the beginning of the digest
   * @throws Refusal with what publishing refuses; where the files lie here is nobody's business
   */
  synchronized Published publish(Model declared, Path folder, Optional<String> label, Reason why)
      throws Refusal, IOException {
    try {
      ModelPackage made = ModelPackage.ofFile(declared, pipeline, folder);
      String called =
          label
              .or(
                  () ->
                      Optional.ofNullable(made.manifest().lineage().get(MlflowDirectory.MODEL_ID)))
              .orElseGet(() -> made.manifest().digest().substring(0, DIGITS));
      return PipelineModels.publish(declared, made, called, registry, why);
    } catch (ModelException e) {
      String root = Files.isDirectory(folder) ? folder.toRealPath() + "/" : folder.toString();
      throw Refusal.invalid("%s", String.valueOf(e.getMessage()).replace(root, ""));
    }
  }
}

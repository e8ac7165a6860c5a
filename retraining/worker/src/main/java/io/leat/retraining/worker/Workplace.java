package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.RetrainingRun;
import io.leat.schemas.AvroCodec;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the steps of a run work with.
 *
 * @param kafka settings of Kafka clients
 * @param runs folder of the runs' folders
 * @param actor in whose name the registry is changed
 */
record Workplace(
    Pipeline pipeline,
    Map<String, Object> kafka,
    AvroCodec codec,
    ArtifactStore artifacts,
    ModelRegistry models,
    Path runs,
    String actor) {
  /**
   * The model of a run.
   *
   * @throws LeatException if the pipeline has it no more
   */
  Model model(RetrainingRun run) {
    return PipelineModels.declared(pipeline, run.getModel());
  }

  FeatureService service(Model model) {
    return pipeline.service(model.service()).orElseThrow();
  }

  /**
   * The policy that a run keeps to: the one that asked, or else the model's first.
   *
   * @throws LeatException if the model has none any more
   */
  RetrainingPolicy policy(RetrainingRun run) {
    return pipeline.retraining().stream()
        .filter(policy -> policy.model().equals(run.getModel()))
        .reduce((first, second) -> second.name().equals(run.getPolicy()) ? second : first)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.INPUT,
                    "Pipeline %s has no retraining policy for model %s any more."
                        .formatted(pipeline.name(), run.getModel())));
  }

  RunFolder folder(RetrainingRun run) {
    return new RunFolder(runs.resolve(run.getRunId()));
  }
}

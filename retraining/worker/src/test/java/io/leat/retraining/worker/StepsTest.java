package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that takes over goes on with the model of the run's record, or makes it again. */
class StepsTest {
  @TempDir private Path folder;
  private Steps steps;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    ModelRegistry models = Tasks.registry(folder.resolve("artifacts"));
    Pipeline pipeline =
        new Pipeline(
            "power",
            "grid-team",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    Workplace place =
        new Workplace(
            pipeline,
            Map.of(),
            Tasks.CODEC,
            ArtifactStore.open(folder.resolve("artifacts").toString()),
            models,
            folder,
            "worker");
    steps =
        new Steps(
            place,
            new TrainingSets(new WorkerOptions()),
            new Trainers(
                pipeline, models, URI.create("http://unused"), InstantSource.fixed(Tasks.NOW)));
    file = folder.resolve(run(Map.of()).getRunId()).resolve("model").resolve("model.onnx");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "ours");
  }

  private static RetrainingRun run(Map<String, String> parameters) {
    return RunRecords.done(
            RunRecords.begun(Tasks.request("weekly-1"), Tasks.NOW),
            RunState.TRAINED,
            Step.EVALUATE,
            "trained")
        .setParameters(parameters)
        .build();
  }

  @Test
  void anotherModelThanTheRecordTellsOfIsTrainedAgain() {
    RetrainingRun next =
        steps.next(run(Map.of("model_sha256", Sha256.hex("another worker's")))).orElseThrow();

    assertThat(next.getStep()).isEqualTo(Step.TRAIN.text());
    assertThat(next.getState()).isEqualTo(RunState.PINNED);
    assertThat(next.getMessage()).contains(file.toString());
  }

  @Test
  void theModelThatTheRecordTellsOfIsGoneOnWith() {
    RetrainingRun run = run(Map.of("model_sha256", Sha256.hex("ours")));

    assertThatThrownBy(() -> steps.next(run))
        .as("it is to be measured, and this pipeline has no model")
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("price");
  }

  @Test
  void aRecordOfAnEarlierReleaseSaysNothingOfTheModel() {
    assertThatThrownBy(() -> steps.next(run(Map.of())))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("price");
  }
}

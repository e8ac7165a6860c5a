package io.leat.retraining.worker;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Model;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.retraining.worker.RunTrainer.Task;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run of a model of prices whose training set is there, and which has no champion. */
final class Tasks {
  static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  static final FeatureService SERVICE =
      new FeatureService(
          "prices", 1, "readings", List.of(new EventFeature("a")), Optional.empty(), "d1");
  static final Model MODEL =
      new Model(
          "price",
          "1",
          "prices",
          1,
          Path.of("model.onnx"),
          Path.of("reference-profile.json"),
          "grid-team",
          "",
          new Model.Nulls(Optional.empty(), Map.of()),
          new Model.Output("probabilities", 1),
          List.of());

  /** Avro reads the defaults of our records once there is a codec, as there is in a service. */
  static final AvroCodec CODEC = new AvroCodec(new RegistryClient("mock://tasks"));

  private Tasks() {}

  static RetrainingRequest request(String id) {
    return RetrainingRequest.newBuilder()
        .setRequestId(id)
        .setPolicy("weekly")
        .setModel("price")
        .setModelVersion("1")
        .setCause("episode 1")
        .setReason("the price drifted")
        .setEventTime(NOW)
        .setState(RequestStatus.ASKED)
        .build();
  }

  static Task in(Path folder) throws IOException {
    RunFolder run = new RunFolder(folder);
    Files.createDirectories(run.trainingSet());
    Files.writeString(run.trainingSet().resolve(TrainingSetFolder.TRAIN), "rows to learn from");
    Files.writeString(run.trainingSet().resolve(TrainingSetFolder.VALIDATION), "later rows");
    Files.writeString(run.trainingSet().resolve(TrainingSetFolder.TEST), "nobody's rows");
    RetrainingRun record =
        RunRecords.done(
                RunRecords.begun(request("weekly-1"), NOW), RunState.PINNED, Step.TRAIN, "pinned")
            .setRunKey("3f9ac1d2b7e03f9ac1d2b7e03f9ac1d2b7e0")
            .setSnapshots(Map.of("events_readings", 42L))
            .setTrainingSet("9c1e")
            .build();
    return new Task(
        record,
        MODEL,
        SERVICE,
        run,
        new PinnedSet(
            new TrainingSetFolder(run.trainingSet(), "9c1e"),
            Map.of("events_readings", 42L),
            Optional.of(NOW),
            List.of()));
  }

  /** The same run, once somebody else trains it. */
  static Task begun(Task task, String externalId) {
    return new Task(
        RetrainingRun.newBuilder(task.run()).setExternalId(externalId).build(),
        task.model(),
        task.service(),
        task.folder(),
        task.set());
  }

  /** A registry that nobody asks. */
  static ModelRegistry registry(Path folder) {
    return new ModelRegistry(
        Map.of("bootstrap.servers", "unused:9092"),
        new RegistryClient("mock://unused"),
        ArtifactStore.open(folder.toString()),
        InstantSource.fixed(NOW));
  }
}

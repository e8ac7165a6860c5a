package io.leat.models.registry;

import static io.leat.models.onnx.TestModels.model;
import static io.leat.models.onnx.TestModels.pipeline;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.TestModels;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.records.ModelVersion;
import io.leat.retraining.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is packed, tried and opened again, with a model of this project's own trainer. */
class ModelPackageTest {
  @TempDir private Path folder;

  private final TrainingResult trained = TestModels.train(1);
  private Model model;

  @BeforeEach
  void write() throws IOException {
    model = model("fraud", TestModels.write(folder, trained.onnx()));
  }

  @Test
  void theSameFilesAndDefinitionAreTheSameVersion() throws IOException {
    String digest = ModelPackage.of(model, pipeline(model)).manifest().digest();

    assertThat(ModelPackage.of(model, pipeline(model)).manifest().digest()).isEqualTo(digest);
    Files.writeString(folder.resolve("reference-profile.json"), "{}");
    ModelPackage withProfile = ModelPackage.of(model, pipeline(model));
    assertThat(withProfile.manifest().digest()).isNotEqualTo(digest);
    assertThat(withProfile.files()).containsOnlyKeys("model.onnx", "reference-profile.json");
  }

  @Test
  void aGoldenBatchIsHeldAgainstTheGraph() throws IOException {
    double score = trained.predictor().score(new float[] {30.5f, 1, 4});
    golden(30.5, score);

    Trial trial = ModelPackage.of(model, pipeline(model)).tried();

    assertThat(trial.runs()).isPositive();
    assertThat(trial.p99()).isGreaterThanOrEqualTo(trial.median());
    golden(31.5, score);
    assertThatThrownBy(() -> ModelPackage.of(model, pipeline(model)).tried())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Model fraud was not published")
        .hasMessageContaining("row 0 scores")
        .hasMessageContaining("expected " + score);
  }

  @Test
  void aGoldenBatchOfOtherFeaturesIsRefusedByName() throws IOException {
    Files.writeString(
        folder.resolve("golden-batch.json"),
        "{\"rows\":[{\"event.amount\":1,\"event.abroad\":true}],\"scores\":[0.5]}");

    assertThatThrownBy(() -> ModelPackage.of(model, pipeline(model)).tried())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("row 0 lacks the feature event.count");
  }

  @Test
  void whatWasPublishedScoresOutOfTheStoreAlone() throws Exception {
    ModelPackage version = ModelPackage.of(model, pipeline(model));
    try (ArtifactStore store = ArtifactStore.open(folder.resolve("artifacts").toString())) {
      version.keep(store);
      Files.delete(model.artifact());
      Manifest manifest = Manifest.parse(version.manifest().json());

      try (OnnxModel open = PublishedModel.open(record(version), manifest, store);
          Inference inference = open.inference(1)) {
        inference.add(List.of(30.5, true, 4L));
        assertThat(inference.run().get(0).score())
            .isCloseTo(trained.predictor().score(new float[] {30.5f, 1, 4}), within(1e-6));
      }
    }
  }

  @Test
  void aFolderThatMlflowLoadsIsPublishedAsTheGraphThatItHolds() throws IOException {
    Path saved = folder.resolve("saved");
    MlflowDirectory.write(saved, trained.onnx(), Map.of("by", "hand"));

    ModelPackage version = ModelPackage.ofFile(model, pipeline(model), saved);

    ModelPackage plain = ModelPackage.of(model, pipeline(model));
    assertThat(version.manifest().model()).isEqualTo(plain.manifest().model());
    assertThat(version.tried().runs()).isPositive();
  }

  @Test
  void aChangedArtifactIsNotOpened() throws IOException {
    ModelPackage version = ModelPackage.of(model, pipeline(model));
    try (ArtifactStore store = ArtifactStore.open(folder.resolve("artifacts").toString())) {
      version.keep(store);
      String sha256 = version.manifest().model().sha256();
      byte[] changed = Files.readAllBytes(Path.of(store.place(sha256)));
      changed[changed.length / 2] ^= 1;
      Files.write(Path.of(store.place(sha256)), changed);

      assertThatThrownBy(() -> PublishedModel.open(record(version), version.manifest(), store))
          .isInstanceOf(LeatException.class)
          .hasMessageContaining(store.place(sha256))
          .hasMessageContaining("holds other bytes than were published");
    }
  }

  private void golden(double amount, double score) throws IOException {
    Files.write(
        folder.resolve("golden-batch.json"),
        "{\"tolerance\":1e-6,\"rows\":[{\"event.amount\":%s,\"event.abroad\":true,\"event.count\":4}],\"scores\":[%s]}"
            .formatted(amount, score)
            .getBytes(UTF_8));
  }

  private static ModelVersion record(ModelPackage version) {
    return ModelVersion.newBuilder()
        .setModel(version.model())
        .setNumber(1)
        .setLabel("v1")
        .setDigest(version.manifest().digest())
        .setManifest(version.manifest().json())
        .setService("fraud")
        .setServiceVersion(3)
        .setDefinition("d3f1")
        .setPublishedBy("ada")
        .setPublishedAt(Instant.EPOCH)
        .build();
  }
}

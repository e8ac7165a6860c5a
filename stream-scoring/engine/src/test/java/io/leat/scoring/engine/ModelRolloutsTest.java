package io.leat.scoring.engine;

import static io.leat.models.registry.TestVersions.arm;
import static io.leat.models.registry.TestVersions.champion;
import static io.leat.models.registry.TestVersions.registry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.TestModels;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRolloutsTest {
  private static final int PARTITION = 3;

  @TempDir private Path folder;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private Instant now = Instant.EPOCH;
  private final ModelRollouts rollouts = new ModelRollouts("fraud", metrics, () -> now);
  private ArtifactStore artifacts;
  private ModelVersion first;
  private ModelVersion second;

  @BeforeEach
  void publishTwoVersions() throws IOException {
    artifacts = ArtifactStore.open(folder.resolve("artifacts").toString());
    first = version(1);
    second = version(2);
  }

  @AfterEach
  void close() {
    rollouts.close();
  }

  @Test
  void beforeTheFirstRolloutVectorsWait() {
    rollouts.enter(PARTITION, Optional.empty());

    assertThat(rollouts.problem()).contains("the model registry has not been read yet");
    rollouts.read(registry(List.of(first), List.of()));
    load();
    assertThat(rollouts.problem())
        .contains(
            "model fraud has no champion, so its vectors wait: leat model promote fraud@VERSION");
    assertThat(rollouts.mayPass(PARTITION)).isFalse();
    assertThatThrownBy(rollouts::acquire).hasMessageContaining("no rollout of model fraud");

    read(champion(1, first));
    assertThat(rollouts.problem()).contains("the versions of model fraud are being loaded");
    assertThat(rollouts.mayPass(PARTITION)).isFalse();
    load();
    assertThat(rollouts.problem()).isEmpty();
    assertThat(rollouts.mayPass(PARTITION)).isTrue();
  }

  @Test
  void aPartitionWithoutATaskWaits() {
    read(champion(1, first));
    load();

    assertThat(rollouts.mayPass(PARTITION)).isFalse();
    ModelRollouts.Task before = rollouts.enter(PARTITION, Optional.empty());
    ModelRollouts.Task after = rollouts.enter(PARTITION, Optional.empty());
    rollouts.leave(before); // of another thread, after the partition has come to this one
    assertThat(rollouts.mayPass(PARTITION)).isTrue();
    rollouts.leave(after);
    assertThat(rollouts.mayPass(PARTITION)).isFalse();
  }

  @Test
  void aPartitionWaitsForWhatItWentOverToThoughTheRegistryIsNotReadThatFarYet() {
    read(champion(1, first));
    load();
    Rollout later = champion(4, second);
    rollouts.enter(PARTITION, Optional.of(later));

    assertThat(rollouts.mayPass(PARTITION)).isFalse();
    assertThat(rollouts.problem().orElseThrow())
        .isEqualTo(
            "partition 3 waits for rollout 4 of model fraud, which it went over to; loaded is 1");
    load(registry(List.of(first), List.of(TestVersions.model("fraud", champion(1, first)))));
    assertThat(rollouts.mayPass(PARTITION)).as("the version is not in the registry").isFalse();
    now = now.plus(Duration.ofSeconds(1));
    load();
    assertThat(rollouts.mayPass(PARTITION)).isTrue();
    assertThat(rollouts.revision()).isEqualTo(4);
  }

  @Test
  void anOlderRolloutIsPassedOver() {
    read(champion(4, second));
    load();
    read(champion(3, first));
    load();

    assertThat(rollouts.revision()).isEqualTo(4);
  }

  @Test
  void whatCannotBeLoadedIsTriedAgainWithGrowingPausesWhileTheRunningRolloutGoesOn()
      throws IOException {
    rollouts.enter(PARTITION, Optional.empty());
    read(champion(1, first));
    load();
    Path file = artifact(second);
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);

    read(champion(2, second));
    load();
    assertThat(rollouts.problem().orElseThrow())
        .startsWith("rollout 2 of model fraud could not be loaded, and is tried again; rollout 1")
        .contains("There is no artifact " + file);
    assertThat(rollouts.mayPass(PARTITION)).isTrue();
    assertThat(rollouts.revision()).isEqualTo(1);
    byte[] changed = whole.clone();
    changed[whole.length / 2] ^= 1;
    Files.write(file, changed);
    load();
    assertThat(failures()).as("it waits").isEqualTo(1);
    now = now.plus(Duration.ofSeconds(1));
    load();
    assertThat(failures()).isEqualTo(2);
    assertThat(rollouts.problem().orElseThrow()).contains("holds other bytes than were published");
    now = now.plus(Duration.ofSeconds(1));
    load();
    assertThat(failures()).as("the second pause is longer").isEqualTo(2);
    Files.write(file, whole);
    now = now.plus(Duration.ofSeconds(1));
    load();
    assertThat(rollouts.problem()).isEmpty();
    assertThat(rollouts.revision()).isEqualTo(2);
    assertThat(metrics.get("leat.scoring.load").timer().count()).isEqualTo(2);
  }

  @Test
  void aNewerRolloutIsTriedAtOnceAndEndsTheFailureOfTheOneBefore() throws IOException {
    Files.delete(artifact(second));
    read(champion(1, second));
    load();
    assertThat(failures()).isEqualTo(1);
    read(champion(2, first));
    load();

    assertThat(rollouts.revision()).isEqualTo(2);
    assertThat(rollouts.problem()).isEmpty();
  }

  @Test
  void whereTheNewestCannotBeLoadedAfterARestartThePartitionGoesOnByWhatItWentOverTo()
      throws IOException {
    Files.delete(artifact(second));
    read(champion(5, second));
    rollouts.enter(PARTITION, Optional.of(champion(4, first)));
    load();

    assertThat(rollouts.revision()).isEqualTo(4);
    assertThat(rollouts.mayPass(PARTITION)).isTrue();
    assertThat(rollouts.problem().orElseThrow())
        .contains("rollout 5")
        .contains("rollout 4 goes on");
  }

  @Test
  void aRolloutOfWhichOneArmCannotBeLoadedLeavesNoneOpen() throws IOException {
    read(champion(1, first));
    load();
    LoadedRollout running = rollouts.acquire();
    running.release();
    Files.delete(artifact(second));
    read(
        TestVersions.rollout(
            2, arm(first, ModelRole.CHAMPION, 0.5), arm(second, ModelRole.CANARY, 0.5)));
    load();

    assertThat(failures()).isEqualTo(1);
    assertThat(running.champion().isOpen()).isTrue();
    rollouts.close();
    assertThat(running.champion().isOpen()).as("nobody uses it twice").isFalse();
  }

  @Test
  void aManifestThatIsNotTheDigestsIsRefused() {
    ModelVersion changed =
        ModelVersion.newBuilder(first)
            .setManifest(first.getManifest().replace("risk-science", "somebody"))
            .build();
    RegistryView view =
        registry(List.of(changed), List.of(TestVersions.model("fraud", champion(1, changed))));
    rollouts.read(view);
    load(view);

    assertThat(rollouts.problem().orElseThrow())
        .contains("The manifest of version 1 of model fraud has the SHA-256")
        .contains("expected " + first.getDigest());
  }

  @Test
  void whatIsLoadedBehindTheEndIsClosedAtOnce() {
    read(champion(1, first));
    rollouts.close();
    load();

    assertThat(rollouts.revision()).isZero();
  }

  private void read(Rollout rollout) {
    rollouts.read(all(rollout));
  }

  private RegistryView all(Rollout rollout) {
    return registry(List.of(first, second), List.of(TestVersions.model("fraud", rollout)));
  }

  /** As the thread does that follows the registry. */
  private void load() {
    load(registry(List.of(first, second), List.of()));
  }

  private void load(RegistryView view) {
    rollouts.load(new RolloutLoader(artifacts, metrics), view);
  }

  private double failures() {
    return metrics.get("leat.scoring.load.failures").counter().count();
  }

  private Path artifact(ModelVersion version) {
    return Path.of(artifacts.place(Manifest.parse(version.getManifest()).model().sha256()));
  }

  private ModelVersion version(int number) throws IOException {
    Path made = Files.createDirectories(folder.resolve("v" + number));
    Pipeline pipeline =
        TestModels.pipeline(
            TestModels.model("fraud", TestModels.write(made, TestModels.train(number).onnx())));
    return TestVersions.of(number, pipeline.models().get(0), pipeline, artifacts);
  }
}

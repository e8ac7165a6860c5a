package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PackagedFile;
import io.leat.models.registry.Serving;
import io.leat.pipeline.definition.Model;
import io.leat.records.ModelVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From when on rows are new to a champion. */
class ChampionTest {
  @TempDir private Path folder;

  @Test
  void itsLineageSaysItOrElseItsProfile() {
    assertThat(newFrom("2024-02-08T00:00:00Z")).isEqualTo(Instant.parse("2024-02-08T00:00:00Z"));
    assertThat(newFrom("2024-01-01")).as("somebody else's lineage").isEqualTo(ofProfile());
    assertThat(newFrom("")).isEqualTo(ofProfile());
  }

  private static Instant ofProfile() {
    return Instant.ofEpochMilli(1_001);
  }

  private Instant newFrom(String trainedUntil) {
    try (ArtifactStore artifacts = ArtifactStore.open(folder.toString())) {
      byte[] profile = "{\"lastTime\": 1000}".getBytes(StandardCharsets.UTF_8);
      PackagedFile file =
          new PackagedFile(Manifest.REFERENCE_PROFILE, profile.length, artifacts.put(profile));
      Manifest manifest =
          new Manifest(List.of(file), serving(), "us", "", Map.of("trained_until", trainedUntil));
      return new Champion(version(manifest), manifest).newFrom(artifacts);
    }
  }

  private static Serving serving() {
    return new Serving(
        Tasks.SERVICE.id(),
        Tasks.SERVICE.definition(),
        Map.of("a", Optional.empty()),
        Map.of(),
        Tasks.MODEL.nulls(),
        new Model.Output("probabilities", 1),
        Map.of(),
        List.of(),
        Optional.empty());
  }

  private static ModelVersion version(Manifest manifest) {
    return ModelVersion.newBuilder()
        .setModel("price")
        .setNumber(1)
        .setLabel("1")
        .setDigest(manifest.digest())
        .setManifest(manifest.json())
        .setService("prices")
        .setServiceVersion(1)
        .setDefinition("d1")
        .setPublishedBy("test")
        .setPublishedAt(Tasks.NOW)
        .build();
  }
}

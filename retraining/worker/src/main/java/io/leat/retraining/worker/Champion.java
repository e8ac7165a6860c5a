package io.leat.retraining.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.registry.KnownWorth;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.FeatureService;
import io.leat.records.ModelVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * The version that a challenger is held against.
 *
 * @param version as the registry has it
 */
record Champion(ModelVersion version, Manifest manifest) {
  /** A model's champion; empty before one scores. */
  static Optional<Champion> of(RegistryView view, String model) {
    return view.champion(model)
        .flatMap(arm -> view.version(model, arm.getNumber()))
        .map(version -> new Champion(version, PublishedModel.manifest(version)));
  }

  int number() {
    return version.getNumber();
  }

  /** Whether it reads vectors as the service makes them today. */
  boolean reads(FeatureService service) {
    return manifest.serving().definition().equals(service.definition());
  }

  /** Opens its graph; to be closed. */
  OnnxModel open(ArtifactStore artifacts) {
    return PublishedModel.open(version, manifest, artifacts);
  }

  /**
   * Event time from which on rows are new to it: as its lineage says, or else behind all rows of
   * its reference profile; the beginning of time where neither is known.
   */
  Instant newFrom(ArtifactStore artifacts) {
    return KnownWorth.of(manifest.lineage())
        .trainedUntil()
        .or(
            () ->
                manifest
                    .file(Manifest.REFERENCE_PROFILE)
                    .map(file -> artifacts.get(file.sha256()))
                    .map(Champion::behind))
        .orElse(Instant.MIN);
  }

  private static Instant behind(byte[] profile) {
    try {
      return Instant.ofEpochMilli(new ObjectMapper().readTree(profile).path("lastTime").asLong())
          .plusMillis(1);
    } catch (IOException e) {
      return Instant.MIN;
    }
  }
}

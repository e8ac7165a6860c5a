package io.leat.scoring.engine;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.Assignment;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.model.ModelException;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens the versions of rollouts, out of the registry and the store of artifacts. */
public record RolloutLoader(ArtifactStore artifacts, MeterRegistry metrics) {
  /**
   * Opens all versions of a rollout; the caller is the first user of each.
   *
   * @param running has versions open that are not opened again
   * @throws io.leat.common.LeatException if one cannot be opened; none is left open then
   */
  public LoadedRollout load(
      String model, Rollout rollout, RegistryView registry, Optional<LoadedRollout> running) {
    Assignment assignment = new Assignment(rollout);
    List<LoadedVersion> versions = new ArrayList<>();
    try {
      for (RolloutArm arm : rollout.getArms()) {
        versions.add(
            running
                .flatMap(loaded -> loaded.version(arm.getDigest()))
                .filter(LoadedVersion::acquire)
                .orElseGet(() -> open(model, arm, registry)));
      }
      return new LoadedRollout(rollout, assignment, versions);
    } catch (RuntimeException e) {
      versions.forEach(LoadedVersion::release);
      throw e;
    }
  }

  private LoadedVersion open(String model, RolloutArm arm, RegistryView registry) {
    ModelVersion version =
        registry
            .version(model, arm.getDigest())
            .orElseThrow(
                () ->
                    new ModelException(
                        "The model registry has no version %d of model %s with the digest %s, which a rollout names"
                            .formatted(arm.getNumber(), model, arm.getDigest())));
    return LoadedVersion.open(version, artifacts, metrics);
  }
}

package io.leat.drift.job;

import io.leat.common.LeatException;
import io.leat.drift.ReferenceProfile;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import java.io.Serializable;
import java.util.Optional;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The reference profile that a model's champion was published with.
 *
 * @param number of the version
 * @param rollout revision of the rollout by which it is the champion; grows with every one
 * @param profile {@link ReferenceProfile#toJson}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ChampionProfile(String model, int number, long rollout, byte[] profile)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** By model, as operators keep what they go by. */
  static final MapStateDescriptor<String, ChampionProfile> STATE =
      new MapStateDescriptor<>(
          "champion-profiles", Types.STRING, TypeInformation.of(ChampionProfile.class));

  /**
   * That of a model's champion; empty where it has none, or brought no profile.
   *
   * @throws LeatException if the store does not have what was published, or does not answer
   */
  static Optional<ChampionProfile> of(RegistryView registry, String model, String artifacts) {
    Optional<ModelVersion> version =
        registry.champion(model).flatMap(arm -> registry.version(model, arm.getNumber()));
    Optional<Rollout> rollout =
        registry.model(model).flatMap(found -> Optional.ofNullable(found.getRollout()));
    if (version.isEmpty() || rollout.isEmpty()) {
      return Optional.empty();
    }
    return PublishedModel.manifest(version.get())
        .file(Manifest.REFERENCE_PROFILE)
        .map(
            file -> {
              try (ArtifactStore store = ArtifactStore.open(artifacts)) {
                return new ChampionProfile(
                    model,
                    version.get().getNumber(),
                    rollout.get().getRevision(),
                    store.get(file.sha256()));
              }
            });
  }
}

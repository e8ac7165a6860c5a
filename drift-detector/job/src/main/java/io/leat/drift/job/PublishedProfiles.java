package io.leat.drift.job;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.records.ModelVersion;
import io.leat.runtime.flink.RegistryConnection;
import io.leat.schemas.AvroCodec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Profiles out of the model registry and the store of artifacts. A version never changes once it is
 * published, so that the registry is read again for one alone that was not there before.
 */
final class PublishedProfiles implements Profiles {
  private static final long serialVersionUID = 1L;

  private final Properties kafka;
  private final RegistryConnection registry;
  private final String artifacts;
  private transient @Nullable RegistryView known;

  PublishedProfiles(Properties kafka, RegistryConnection registry, String artifacts) {
    this.kafka = kafka;
    this.registry = registry;
    this.artifacts = artifacts;
  }

  @Override
  public Optional<byte[]> of(String model, int number) {
    Optional<ModelVersion> version = known(model, number);
    if (version.isEmpty()) {
      Map<String, Object> settings = new HashMap<>();
      kafka.forEach((name, value) -> settings.put(name.toString(), value));
      known = RegistryView.read(settings, new AvroCodec(registry.client())).orElse(null);
      version = known(model, number);
    }
    return version.flatMap(of -> profile(of, artifacts));
  }

  private Optional<ModelVersion> known(String model, int number) {
    return known == null ? Optional.empty() : known.version(model, number);
  }

  /** What a version was published with. */
  static Optional<byte[]> profile(ModelVersion version, String artifacts) {
    return PublishedModel.manifest(version)
        .file(Manifest.REFERENCE_PROFILE)
        .map(
            file -> {
              try (ArtifactStore store = ArtifactStore.open(artifacts)) {
                return store.get(file.sha256());
              }
            });
  }
}

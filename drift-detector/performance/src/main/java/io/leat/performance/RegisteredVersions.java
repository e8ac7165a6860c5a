package io.leat.performance;

import io.leat.common.LeatException;
import io.leat.models.registry.KnownWorth;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.RegistryView;
import io.leat.schemas.AvroCodec;
import java.util.Map;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * Versions as the model registry has them. Asked once a version, it reads the registry's topic to
 * its end each time; a version is in it before it scores. Thread-safe.
 */
final class RegisteredVersions implements Versions {
  private final Map<String, Object> kafka;
  private final AvroCodec codec;

  RegisteredVersions(Map<String, Object> kafka, AvroCodec codec) {
    this.kafka = Map.copyOf(kafka);
    this.codec = codec;
  }

  /**
   * {@inheritDoc}
   *
   * @throws TaskMigratedException if the brokers do not answer: the task is read again then
   */
  @Override
  public KnownWorth worth(String model, int number) {
    try {
      return RegistryView.read(kafka, codec)
          .flatMap(view -> view.version(model, number))
          .map(version -> KnownWorth.of(Manifest.parse(version.getManifest()).lineage()))
          .orElse(KnownWorth.NONE);
    } catch (LeatException e) {
      throw new TaskMigratedException(
          "What is known of version %d of model %s could not be read; the task is given back and read again"
              .formatted(number, model),
          e);
    }
  }
}

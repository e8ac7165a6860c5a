package io.leat.scoring.batch;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.Serving;
import io.leat.records.ModelVersion;
import io.leat.scoring.engine.LoadedVersion;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.Serializable;
import org.apache.iceberg.Schema;

/**
 * What is done: all rows of one state of an input are scored by one version. Tasks take it along.
 *
 * @param version the version, as the registry had it when the command began
 * @param artifacts address of the store that has its files
 * @param features where its features are among the input's columns
 * @param columns the input's columns
 * @param input what the input is called
 * @param snapshot names its state
 */
record ScoreJob(
    ModelVersion version,
    String artifacts,
    FeatureColumns features,
    Schema columns,
    String input,
    String snapshot)
    implements Serializable {
  /** How the version reads vectors. */
  Serving serving() {
    return PublishedModel.manifest(version).serving();
  }

  /**
   * Opens the version; the caller is its one user.
   *
   * @throws io.leat.common.LeatException if a file of it is not there, or cannot be run
   */
  LoadedVersion open() {
    try (ArtifactStore store = ArtifactStore.open(artifacts)) {
      return LoadedVersion.open(version, store, new SimpleMeterRegistry());
    }
  }
}

package io.leat.models.registry;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.ModelVersion;
import java.nio.file.Path;

/** Opens versions out of the registry. */
public final class PublishedModel {
  private PublishedModel() {}

  /**
   * Opens a version's graph.
   *
   * @return to be closed
   * @throws io.leat.common.LeatException if its file is absent or another than was published, or
   *     cannot be run
   */
  public static OnnxModel open(ModelVersion version, Manifest manifest, ArtifactStore artifacts) {
    String sha256 = manifest.model().sha256();
    Path place = Path.of(version.getModel(), version.getLabel(), Manifest.MODEL);
    ModelFile file = new ModelFile(place, artifacts.get(sha256), sha256);
    Serving serving = manifest.serving();
    return OnnxModel.open(
        file, serving.model(version.getModel(), version.getLabel(), place), serving.features());
  }
}

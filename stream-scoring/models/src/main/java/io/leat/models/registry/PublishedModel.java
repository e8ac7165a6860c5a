package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.ModelVersion;
import io.leat.schemas.Topics;
import java.nio.file.Path;

/** Opens versions out of the registry. */
public final class PublishedModel {
  private PublishedModel() {}

  /**
   * A version's manifest.
   *
   * @throws LeatException if it is another than was published
   */
  public static Manifest manifest(ModelVersion version) {
    String found = Sha256.hex(version.getManifest());
    if (!found.equals(version.getDigest())) {
      throw new LeatException(
          ErrorCode.MODEL,
          "The manifest of version %d of model %s has the SHA-256 %s; expected %s, its digest. Somebody else than Leat wrote to the topic %s: see 'leat audit verify'."
              .formatted(
                  version.getNumber(),
                  version.getModel(),
                  found,
                  version.getDigest(),
                  Topics.MODEL_REGISTRY));
    }
    return Manifest.parse(version.getManifest());
  }

  /**
   * Opens a version's graph.
   *
   * @return to be closed
   * @throws LeatException if its file is absent or another than was published, or cannot be run
   */
  public static OnnxModel open(ModelVersion version, Manifest manifest, ArtifactStore artifacts) {
    String sha256 = manifest.model().sha256();
    Path place = Path.of(artifacts.place(sha256));
    ModelFile file = new ModelFile(place, artifacts.get(sha256), sha256);
    Serving serving = manifest.serving();
    return OnnxModel.open(
        file, serving.model(version.getModel(), version.getLabel(), place), serving.features());
  }
}

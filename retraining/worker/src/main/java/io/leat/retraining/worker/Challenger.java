package io.leat.retraining.worker;

import io.leat.common.Lookups;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.PackagedFile;
import io.leat.models.registry.Serving;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The model that a run has made, before it is a version. */
final class Challenger {
  private final Model model;
  private final ModelPackage made;

  private Challenger(Model model, ModelPackage made) {
    this.model = model;
    this.made = made;
  }

  /**
   * Reads it, with the profile that lies beside it.
   *
   * @param file an ONNX file, or a folder as MLflow saves it
   * @throws io.leat.common.LeatException if it cannot be served as the pipeline declares it
   */
  static Challenger read(Model model, Pipeline pipeline, Path file) {
    return new Challenger(model, ModelPackage.ofFile(model, pipeline, file));
  }

  /** Bytes of its graph. */
  long size() {
    return made.manifest().model().size();
  }

  /** Opens its graph; to be closed. */
  OnnxModel open() {
    Serving serving = made.manifest().serving();
    PackagedFile graph = made.manifest().model();
    Path place = Path.of(model.name(), Manifest.MODEL);
    return OnnxModel.open(
        new ModelFile(place, Lookups.required(made.files(), Manifest.MODEL), graph.sha256()),
        serving.model(model.name(), "", place),
        serving.features());
  }

  /** What is published: with where it comes from beside what its file says. */
  ModelPackage packed(Map<String, String> lineage) {
    Map<String, String> all = new TreeMap<>(made.manifest().lineage());
    all.putAll(lineage);
    Manifest of = made.manifest();
    return new ModelPackage(
        made.model(),
        new Manifest(of.files(), of.serving(), of.owner(), of.intendedUse(), all),
        made.files(),
        made.examples());
  }
}

package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.common.Sha256;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.OnnxSession;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version before it is published: its manifest and the bytes of its files.
 *
 * @param model name of the model
 * @param files by path, as the manifest names them; not to be changed
 * @param examples rows that were saved with the model, which it is tried with; no part of it. A
 *     value a feature, in the service's order
 */
public record ModelPackage(
    String model,
    Manifest manifest,
    Map<String, byte[]> files,
    List<List<@Nullable Object>> examples) {
  /** Lineage of the training set that the model was made of. */
  public static final String TRAINING_SET = "training_set";

  public ModelPackage {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
    examples = List.copyOf(examples);
  }

  /**
   * Packs a model that a pipeline declares, with the files that lie in its folder.
   *
   * @throws ModelException if the file cannot be served as the pipeline declares it
   */
  public static ModelPackage of(Model model, Pipeline pipeline) {
    return of(model, pipeline, ModelFile.read(model), Map.of());
  }

  /**
   * Packs a file as a version of a model that a pipeline declares: with what lies beside it of
   * reference profile and golden batch.
   *
   * @param file an ONNX file, or a folder that {@code mlflow.onnx.save_model} saved
   * @throws ModelException if it cannot be served as the pipeline declares the model
   */
  public static ModelPackage ofFile(Model model, Pipeline pipeline, Path file) {
    if (!Files.isDirectory(file)) {
      return of(model.withArtifact(file), pipeline);
    }
    MlflowDirectory saved = MlflowDirectory.read(file);
    List<String> features = service(model, pipeline).featureNames();
    List<List<@Nullable Object>> examples;
    try (OnnxSession graph = OnnxSession.open(saved.model())) {
      saved.requireOrder(graph.signature(), model.inputs(), features);
      examples = saved.exampleOf(graph.signature(), model.inputs(), features);
    }
    ModelPackage made =
        of(model.withArtifact(saved.model().path()), pipeline, saved.model(), saved.lineage());
    return new ModelPackage(made.model, made.manifest, made.files, examples);
  }

  /**
   * Packs a graph as a version of a model that a pipeline declares.
   *
   * @param file the graph
   * @param lineage where it comes from, beside what the file says itself
   * @throws ModelException if the graph cannot be served as the pipeline declares the model
   */
  public static ModelPackage of(
      Model model, Pipeline pipeline, ModelFile file, Map<String, String> lineage) {
    FeatureService service = service(model, pipeline);
    Serving serving = Serving.of(model, service, pipeline);
    Map<String, String> origins =
        new TreeMap<>(LineageFile.beside(model.artifact(), file.sha256()));
    origins.putAll(lineage);
    try (OnnxModel open = OnnxModel.open(file, model, serving.features())) {
      open.metadata()
          .ifPresent(
              made -> {
                requireMadeFor(service, made, model, file);
                made.trainingSet().ifPresent(set -> origins.put(TRAINING_SET, set));
              });
    }
    Map<String, byte[]> files = new TreeMap<>();
    files.put(Manifest.MODEL, file.bytes());
    add(files, Manifest.REFERENCE_PROFILE, model.referenceProfile());
    add(files, Manifest.GOLDEN_BATCH, model.artifact().resolveSibling(Manifest.GOLDEN_BATCH));
    List<PackagedFile> packaged = new ArrayList<>();
    files.forEach(
        (path, bytes) -> packaged.add(new PackagedFile(path, bytes.length, Sha256.hex(bytes))));
    return new ModelPackage(
        model.name(),
        new Manifest(packaged, serving, model.owner(), model.intendedUse(), origins),
        files,
        List.of());
  }

  private static FeatureService service(Model model, Pipeline pipeline) {
    FeatureService service =
        pipeline
            .service(model.service())
            .orElseThrow(
                () ->
                    new ModelException(
                        "Model %s reads service %s, which the pipeline does not have"
                            .formatted(model.name(), model.service())));
    if (service.version() != model.serviceVersion()) {
      throw new ModelException(
          "Model %s reads %s@%d, but the pipeline has version %d of it. Train the model on that version and say so in its service."
              .formatted(model.name(), model.service(), model.serviceVersion(), service.version()));
    }
    return service;
  }

  private static void requireMadeFor(
      FeatureService service, ModelMetadata made, Model model, ModelFile file) {
    if (!made.isFor(service)) {
      ModelMetadata wanted = ModelMetadata.of(service);
      throw new ModelException(
          "Model %s: %s was trained on %s@%d, definition %s, features %s; the pipeline has %s@%d, definition %s, features %s. Train the model again with 'leat train', or restore the definitions it was trained on."
              .formatted(
                  model.name(),
                  file.path(),
                  made.service(),
                  made.serviceVersion(),
                  made.definition(),
                  made.features(),
                  wanted.service(),
                  wanted.serviceVersion(),
                  wanted.definition(),
                  wanted.features()));
    }
  }

  private static void add(Map<String, byte[]> files, String name, Path file) {
    if (Files.exists(file)) {
      try {
        files.put(name, Files.readAllBytes(file));
      } catch (IOException e) {
        throw new LeatException(ErrorCode.NOT_WRITABLE, "Cannot read %s: %s".formatted(file, e), e);
      }
    }
  }

  /**
   * Opens the graph and tries it: the golden batch, the examples, batches of several sizes, time.
   *
   * @throws ModelException with what was found and what was expected
   */
  Trial tried() {
    Serving serving = manifest.serving();
    Path place = Path.of(model, Manifest.MODEL);
    ModelFile file =
        new ModelFile(place, Lookups.required(files, Manifest.MODEL), manifest.model().sha256());
    try (OnnxModel open =
        OnnxModel.open(file, serving.model(model, "", place), serving.features())) {
      byte[] golden = files.get(Manifest.GOLDEN_BATCH);
      if (golden != null) {
        GoldenBatch.read(golden, serving.features().keySet()).check(open);
      }
      return Trial.of(open, examples);
    } catch (ModelException e) {
      throw new ModelException(
          "Model %s was not published: %s".formatted(model, e.getMessage()), e);
    }
  }

  /** Keeps its files. */
  void keep(ArtifactStore artifacts) {
    files.values().forEach(artifacts::put);
  }
}

package io.leat.scoring;

import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.apply.AppliedModels;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.records.Definition;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model of the pipeline that has been found fit to score its service's vectors.
 *
 * @param service the service whose vectors it reads
 * @param session its session, shared by the tasks of this process
 * @param file its file, which the session is of
 * @param trainingSet lineage of the training set that it was made of, where its file says so
 */
record ServedModel(
    Model model,
    FeatureService service,
    SharedModel session,
    ModelFile file,
    Optional<String> trainingSet) {
  private static final Logger log = LoggerFactory.getLogger(ServedModel.class);

  /**
   * Checks a model against its service and its file, which is opened once for it.
   *
   * @throws ModelException with what does not fit
   */
  static ServedModel check(Model model, Pipeline pipeline) {
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
    ModelFile file = ModelFile.read(model);
    SharedModel session = new SharedModel(file, model, FeatureTypes.of(service, pipeline));
    Optional<ModelMetadata> made;
    OnnxModel open = session.acquire();
    try {
      made = open.metadata();
    } finally {
      session.release();
    }
    made.ifPresent(found -> refuseOther(model, service, found));
    return new ServedModel(model, service, session, file, made.flatMap(ModelMetadata::trainingSet));
  }

  /**
   * Refuses a file that is not the one that was applied under this version.
   *
   * @param definitions what was applied, of every pipeline
   * @throws ModelException with both hashes
   */
  void requireApplied(Collection<Definition> definitions) {
    Optional<String> applied =
        AppliedModels.of(model, definitions).map(Definition::getArtifactDigest);
    if (applied.isPresent() && !applied.get().equals(file.sha256())) {
      throw new ModelException(
          "Model %s: %s has the SHA-256 %s; version %s was applied with %s. Put that file back, or give the changed model a new version and run 'leat apply'."
              .formatted(model.name(), file.path(), file.sha256(), model.version(), applied.get()));
    }
    log.info(
        "Model {} version {} scores {}@{}: {}, {} bytes, SHA-256 {}{}",
        model.name(),
        model.version(),
        service.name(),
        service.version(),
        file.path(),
        file.bytes().length,
        file.sha256(),
        trainingSet
            .map(lineage -> ", trained on the training set with lineage " + lineage)
            .orElse(""));
  }

  private static void refuseOther(Model model, FeatureService service, ModelMetadata made) {
    if (!made.isFor(service)) {
      ModelMetadata wanted = ModelMetadata.of(service);
      throw new ModelException(
          "Model %s: %s was trained on %s@%d, definition %s, features %s; the pipeline has %s@%d, definition %s, features %s. Train the model again with 'leat train', or restore the definitions it was trained on."
              .formatted(
                  model.name(),
                  model.artifact(),
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
}

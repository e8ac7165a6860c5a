package io.leat.scoring;

import io.leat.pipeline.FeatureService;
import io.leat.pipeline.Model;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.model.ModelInput;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.model.TextFeatures;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model of the pipeline that has been found fit to score its service's vectors.
 *
 * @param service the service whose vectors it reads
 * @param session its session, shared by the tasks of this process
 */
record ServedModel(Model model, FeatureService service, SharedModel session) {
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
    refuseText(model, service, pipeline);
    ModelFile file = ModelFile.read(model);
    SharedModel session =
        new SharedModel(file, model.score(), ModelInput.of(model, service).width());
    try {
      Optional<ModelMetadata> made = session.acquire().metadata();
      made.ifPresent(found -> refuseOther(model, service, found));
      made.flatMap(ModelMetadata::trainingSet)
          .ifPresent(
              lineage ->
                  log.info(
                      "Model {} version {} was trained on the training set with lineage {}",
                      model.name(),
                      model.version(),
                      lineage));
    } finally {
      session.release();
    }
    log.info(
        "Model {} version {} scores {}@{}: {}, {} bytes, SHA-256 {}",
        model.name(),
        model.version(),
        service.name(),
        service.version(),
        file.path(),
        file.bytes().length,
        file.sha256());
    return new ServedModel(model, service, session);
  }

  private static void refuseText(Model model, FeatureService service, Pipeline pipeline) {
    List<String> texts =
        TextFeatures.of(
            service,
            pipeline.contract(service.spine()).orElseThrow().schema(),
            pipeline.viewsFor(service));
    if (!texts.isEmpty()) {
      throw new ModelException(
          "Model %s reads service %s, whose features %s are text; a model reads numbers and booleans only. Take them out of the service, or derive a number from them."
              .formatted(model.name(), service.name(), texts));
    }
  }

  private static void refuseOther(Model model, FeatureService service, ModelMetadata made) {
    if (!made.isFor(service)) {
      ModelMetadata wanted = ModelMetadata.of(service);
      throw new ModelException(
          "Model %s: %s was trained on %s@%d, definition %s, features %s; the pipeline has %s@%d, definition %s, features %s. Train the model anew with 'leat train', or restore the definitions it was trained on."
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

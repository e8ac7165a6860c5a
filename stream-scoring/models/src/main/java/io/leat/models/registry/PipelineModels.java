package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.ModelVersion;
import io.leat.records.RolloutArm;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models that a pipeline declares, as the registry has them: files in the pipeline's folder are
 * published when the registry lacks them. The first version of a model becomes its champion, unless
 * it has to be approved; a later one scores once it is promoted.
 */
public final class PipelineModels {
  private PipelineModels() {}

  /**
   * What applying a pipeline would publish, and what it would leave, a line each.
   *
   * @param registry empty where there is none yet
   */
  public static List<String> plan(Pipeline pipeline, Optional<RegistryView> registry) {
    List<String> lines = new ArrayList<>();
    for (Model model : pipeline.models()) {
      registry
          .flatMap(view -> view.model(model.name()))
          .filter(known -> !Terms.of(model, true, Label.MOVES).areOf(known))
          .ifPresent(
              known ->
                  lines.add(
                      "~ model %s: approval, rollout, guards or fallback change; they hold from the next rollout on"
                          .formatted(model.name())));
      if (!Files.exists(model.artifact())) {
        lines.add(
            "~ model %s: there is no file %s, so there is nothing to publish. 'leat train' makes one"
                .formatted(model.name(), model.artifact()));
        continue;
      }
      String digest = ModelPackage.of(model, pipeline).manifest().digest();
      lines.add(
          registry
              .flatMap(view -> view.version(model.name(), digest))
              .map(
                  version ->
                      "= model %s@%s: version %d, digest %s"
                          .formatted(
                              model.name(),
                              version.getLabel(),
                              version.getNumber(),
                              digest.substring(0, 12)))
              .orElseGet(
                  () ->
                      "+ model %s@%s: version %d, digest %s"
                          .formatted(
                              model.name(),
                              model.version(),
                              registry.map(view -> view.versions(model.name()).size()).orElse(0)
                                  + 1,
                              digest.substring(0, 12))));
    }
    return lines;
  }

  /**
   * Publishes what the registry lacks.
   *
   * @return what a person should know of it, a line each
   */
  public static List<String> publish(Pipeline pipeline, ModelRegistry registry, String actor) {
    List<String> lines = new ArrayList<>();
    for (Model model : pipeline.models()) {
      Terms terms = Terms.of(model, true, Label.MOVES);
      RegistryView view = registry.view();
      Optional<ModelPackage> found =
          Files.exists(model.artifact())
              ? Optional.of(ModelPackage.of(model, pipeline))
              : Optional.empty();
      Optional<ModelVersion> deleted = found.flatMap(version -> deleted(version, view));
      if (found.isPresent() && deleted.isEmpty()) {
        describe(
            registry.publish(found.get(), model.version(), terms, Reason.of(actor)),
            registry.view(),
            lines);
        continue;
      }
      deleted.ifPresent(
          version ->
              lines.add(
                  "~ model %s: what %s holds is version %d, which was deleted; nothing is published"
                      .formatted(model.name(), model.artifact(), version.getNumber())));
      if (view.model(model.name()).isPresent()) {
        registry.declare(view, model.name(), terms, Reason.of(actor));
      }
    }
    return lines;
  }

  /** The version that was deleted and has the same digest. */
  private static Optional<ModelVersion> deleted(ModelPackage found, RegistryView view) {
    return view.version(found.model(), found.manifest().digest())
        .filter(version -> view.isDeleted(version));
  }

  /**
   * The model that a version is to be published of.
   *
   * @throws LeatException if the pipeline declares none of this name
   */
  public static Model declared(Pipeline pipeline, String name) {
    return pipeline
        .model(name)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.INPUT,
                    "Pipeline %s has no model %s; it has %s. Declare it in models/%s/model.yaml."
                        .formatted(
                            pipeline.name(),
                            name,
                            pipeline.models().stream().map(Model::name).toList(),
                            name)));
  }

  /**
   * Publishes a version that somebody hands in. Nothing scores by it until it is promoted, and no
   * other version may have its label.
   */
  public static Published publish(
      Model declared, ModelPackage version, String label, ModelRegistry registry, Reason why) {
    return registry.publish(version, label, Terms.of(declared, false, Label.ONCE), why);
  }

  private static void describe(Published published, RegistryView view, List<String> lines) {
    String model = published.version().getModel();
    int number = published.version().getNumber();
    Optional<Integer> champion = view.champion(model).map(RolloutArm::getNumber);
    if (published.isNew()) {
      lines.add(
          "+ model %s@%s: version %d, digest %s"
              .formatted(
                  model,
                  published.version().getLabel(),
                  number,
                  published.version().getDigest().substring(0, 12)));
    }
    if (champion.isEmpty()) {
      lines.add(
          "  nothing scores for model %s yet: leat model promote %s@%d%s"
              .formatted(
                  model,
                  model,
                  number,
                  view.model(model).orElseThrow().getApprovalRequired()
                      ? ", once somebody else has approved it"
                      : ""));
    } else if (champion.get() != number && published.isNew()) {
      lines.add(
          "  version %d scores as before; to go over: leat model promote %s@%d"
              .formatted(champion.get(), model, number));
    }
  }
}

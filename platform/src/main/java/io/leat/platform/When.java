package io.leat.platform;

import io.leat.pipeline.definition.Pipeline;
import java.util.function.Predicate;

/** What a pipeline has to declare for a service to have something to do. */
public enum When {
  ALWAYS("always", pipeline -> true),
  VIEWS("feature views", pipeline -> !pipeline.views().isEmpty()),
  VIEWS_OR_SERVICES(
      "feature views or services",
      pipeline -> !pipeline.views().isEmpty() || !pipeline.services().isEmpty()),
  MODELS("models", pipeline -> !pipeline.models().isEmpty()),
  ROLLOUTS(
      "models with a rollout in stages",
      pipeline -> pipeline.models().stream().anyMatch(model -> !model.rollout().isEmpty())),
  LABELS(
      "models whose service declares a label",
      pipeline ->
          pipeline.models().stream()
              .flatMap(model -> pipeline.service(model.service()).stream())
              .anyMatch(service -> service.label().isPresent())),
  MONITORS("monitors", pipeline -> !pipeline.monitors().isEmpty()),
  RETRAINING("retraining policies", pipeline -> !pipeline.retraining().isEmpty()),
  RECEIVERS("receivers of notifications", pipeline -> !pipeline.receivers().isEmpty());

  private final String words;
  private final Predicate<Pipeline> condition;

  When(String words, Predicate<Pipeline> condition) {
    this.words = words;
    this.condition = condition;
  }

  /** What has to be declared, as people say it. */
  public String words() {
    return words;
  }

  /** Whether a pipeline declares it. */
  public boolean isMetBy(Pipeline pipeline) {
    return condition.test(pipeline);
  }
}

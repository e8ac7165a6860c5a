package io.leat.scoring.engine;

import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OutOfTimeException;
import io.leat.models.onnx.Prediction;
import io.leat.models.onnx.ScoreExplainer;
import io.leat.models.registry.Serving;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.model.ModelInput;
import io.leat.records.Contributions;
import io.leat.records.FeatureVector;
import io.leat.scoring.engine.LoadedVersion.Rule;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From a vector to what one version makes of it: is it the version's, what is its row, what does
 * the model say, what is decided. Owned by one thread, which is a user of the version; knows no
 * Kafka.
 */
public final class VectorScorer implements AutoCloseable {
  private final LoadedVersion version;
  private final Serving serving;
  private final Inference inference;
  private final Optional<ScoreExplainer> explainer;

  public VectorScorer(LoadedVersion version) {
    this.version = version;
    this.serving = version.serving();
    this.inference = version.inference();
    this.explainer = version.explainer();
  }

  public LoadedVersion version() {
    return version;
  }

  public Outcome score(FeatureVector vector) {
    return score(
        vector.getService(),
        vector.getServiceVersion(),
        vector.getDefinition(),
        vector.getEventId(),
        vector.getValues());
  }

  /**
   * Scores a vector that is no record.
   *
   * @param service name of the service that made it
   * @param serviceVersion the service's version
   * @param definition fingerprint of the definitions that made it
   * @param eventId by which it is decided whether a sample's score is explained
   * @param values one a feature, in the service's order
   */
  public Outcome score(
      String service,
      int serviceVersion,
      String definition,
      String eventId,
      List<? extends @Nullable Object> values) {
    if (!isOfTheVersionsDefinition(service, serviceVersion, definition)) {
      return new Unscored(
          UnscoredReason.OTHER_DEFINITION,
          "the vector was made by %s@%d, definition %s; expected %s@%d, definition %s. Vectors of an earlier definition are scored by the model version that was trained on it."
              .formatted(
                  service,
                  serviceVersion,
                  definition,
                  serving.service().name(),
                  serving.service().version(),
                  serving.definition()));
    }
    Optional<ModelInput.Refusal> refusal = inference.add(values);
    if (refusal.isPresent()) {
      return new Unscored(UnscoredReason.of(refusal.get().reason()), refusal.get().message());
    }
    Prediction prediction;
    long begun = System.nanoTime();
    try {
      prediction = inference.run().get(0);
    } catch (OutOfTimeException e) {
      return new Unscored(UnscoredReason.OUT_OF_TIME, String.valueOf(e.getMessage()));
    } catch (InferenceException e) {
      return new Unscored(UnscoredReason.INFERENCE_FAILED, String.valueOf(e.getMessage()));
    } finally {
      version.metrics().inference().record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }
    if (!Double.isFinite(prediction.score())) {
      return new Unscored(
          UnscoredReason.SCORE_NOT_FINITE,
          "the model's score is %s; expected a finite number".formatted(prediction.score()));
    }
    return decide(prediction, decision -> explain(eventId, values, decision.isPresent()));
  }

  private boolean isOfTheVersionsDefinition(String service, int serviceVersion, String definition) {
    return definition.equals(serving.definition())
        && serviceVersion == serving.service().version()
        && service.equals(serving.service().name());
  }

  /** What is made of a vector by a score that the model did not give; it is not explained. */
  Outcome standIn(double score) {
    return decide(new Prediction(score, Map.of()), decision -> Optional.empty());
  }

  private Outcome decide(
      Prediction prediction, Function<Optional<String>, Optional<Contributions>> explain) {
    List<Rule> rules = version.rules();
    Map<String, Object> bindings =
        rules.isEmpty() ? Map.of() : LoadedVersion.SCOPE.bind(prediction.score());
    for (Rule rule : rules) {
      try {
        if (Boolean.TRUE.equals(rule.condition().evaluate(bindings))) {
          Optional<String> decision = Optional.of(rule.decision());
          return new Scored(prediction, decision, explain.apply(decision));
        }
      } catch (ExpressionException e) {
        return new Unscored(
            UnscoredReason.DECISION_FAILED,
            "decision %s: %s".formatted(rule.decision(), e.getMessage()));
      }
    }
    return new Scored(prediction, Optional.empty(), explain.apply(Optional.empty()));
  }

  private Optional<Contributions> explain(
      String eventId, List<? extends @Nullable Object> values, boolean decided) {
    return explainer.filter(of -> of.explains(eventId, decided)).map(of -> of.explain(values));
  }

  @Override
  public void close() {
    inference.close();
  }
}

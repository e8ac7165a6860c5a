package io.leat.scoring;

import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.Prediction;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelInput;
import io.leat.records.FeatureVector;
import io.leat.scoring.Outcome.Scored;
import io.leat.scoring.Outcome.Unscored;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From a vector to its outcome: is it the model's, what is its row, what does the model say, what
 * is decided. Owned by one thread; knows no Kafka. Holds the shared session until it is closed.
 */
final class VectorScorer implements AutoCloseable {
  private static final Scope SCOPE = Scope.ofScore();

  private final FeatureService service;
  private final SharedModel session;
  private final Inference inference;
  private final Timer inferenceTime;
  private final List<Rule> rules;

  private record Rule(String decision, Program condition) {}

  VectorScorer(ServedModel served, Timer inferenceTime) {
    Model definition = served.model();
    this.service = served.service();
    this.rules = rules(definition);
    this.inferenceTime = inferenceTime;
    this.session = served.session();
    OnnxModel model = session.acquire();
    try {
      this.inference = model.inference(1);
    } catch (RuntimeException e) {
      try {
        session.release();
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /**
   * Compiles a model's decisions.
   *
   * @throws ModelException if one is no condition over the score
   */
  private static List<Rule> rules(Model model) {
    try {
      return model.decisions().stream()
          .map(
              decision ->
                  new Rule(
                      decision.name(),
                      Program.compile(decision.condition(), SCOPE, Program.Result.BOOL)))
          .toList();
    } catch (ExpressionException e) {
      throw new ModelException("Model " + model.name() + ": " + e.getMessage(), e);
    }
  }

  Outcome score(FeatureVector vector) {
    if (!isOfTheModelsDefinition(vector)) {
      return new Unscored(
          UnscoredReason.OTHER_DEFINITION,
          "the vector was made by %s@%d, definition %s; expected %s@%d, definition %s. Vectors of an earlier definition are scored by the model version that was trained on it."
              .formatted(
                  vector.getService(),
                  vector.getServiceVersion(),
                  vector.getDefinition(),
                  service.name(),
                  service.version(),
                  service.definition()));
    }
    Optional<ModelInput.Refusal> refusal = inference.add(vector.getValues());
    if (refusal.isPresent()) {
      return new Unscored(UnscoredReason.of(refusal.get().reason()), refusal.get().message());
    }
    Prediction prediction;
    Timer.Sample time = Timer.start();
    try {
      prediction = inference.run().get(0);
    } catch (InferenceException e) {
      return new Unscored(UnscoredReason.INFERENCE_FAILED, String.valueOf(e.getMessage()));
    } finally {
      time.stop(inferenceTime);
    }
    if (!Double.isFinite(prediction.score())) {
      return new Unscored(
          UnscoredReason.SCORE_NOT_FINITE,
          "the model's score is %s; expected a finite number".formatted(prediction.score()));
    }
    return decide(prediction);
  }

  private boolean isOfTheModelsDefinition(FeatureVector vector) {
    return vector.getDefinition().equals(service.definition())
        && vector.getServiceVersion() == service.version()
        && vector.getService().equals(service.name());
  }

  private Outcome decide(Prediction prediction) {
    Map<String, Object> bindings = SCOPE.bind(prediction.score());
    for (Rule rule : rules) {
      try {
        if (Boolean.TRUE.equals(rule.condition().evaluate(bindings))) {
          return new Scored(prediction, Optional.of(rule.decision()));
        }
      } catch (ExpressionException e) {
        return new Unscored(
            UnscoredReason.DECISION_FAILED,
            "decision %s: %s".formatted(rule.decision(), e.getMessage()));
      }
    }
    return new Scored(prediction, Optional.empty());
  }

  @Override
  public void close() {
    inference.close();
    session.release();
  }
}

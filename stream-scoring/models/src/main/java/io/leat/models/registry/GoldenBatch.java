package io.leat.models.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.Prediction;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Vectors with the scores that the trainer's own library gave them, as it writes them beside the
 * model:
 *
 * <pre>{@code
 * {"tolerance": 1e-6,
 *  "rows": [{"event.amount": 12.5, "event.abroad": true}],
 *  "scores": [0.9375]}
 * }</pre>
 *
 * @param rows one a vector, a value a feature in the service's order: Number, Boolean, text or null
 * @param scores one a vector
 * @param tolerance how far a score may be from the trainer's, relative to the larger of it and 1
 */
record GoldenBatch(List<List<@Nullable Object>> rows, List<Double> scores, double tolerance) {
  private static final double USUAL_TOLERANCE = 1e-6;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a golden batch.
   *
   * @param features full names, in the service's order
   * @throws ModelException if it is none of these features
   */
  static GoldenBatch read(byte[] json, Collection<String> features) {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ModelException(
          "%s is no JSON: %s".formatted(Manifest.GOLDEN_BATCH, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(Manifest.GOLDEN_BATCH, e), e);
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (JsonNode row : tree.path("rows")) {
      List<@Nullable Object> values = new ArrayList<>();
      for (String feature : features) {
        if (!row.has(feature)) {
          throw new ModelException(
              "%s: row %d lacks the feature %s; expected a value, or null, of each of %s"
                  .formatted(Manifest.GOLDEN_BATCH, rows.size(), feature, features));
        }
        values.add(value(row.get(feature)));
      }
      rows.add(values);
    }
    List<Double> scores = new ArrayList<>();
    tree.path("scores").forEach(score -> scores.add(score.asDouble(Double.NaN)));
    if (rows.isEmpty() || rows.size() != scores.size()) {
      throw new ModelException(
          "%s has %d rows and %d scores; expected at least one of each, and as many of both"
              .formatted(Manifest.GOLDEN_BATCH, rows.size(), scores.size()));
    }
    return new GoldenBatch(rows, scores, tree.path("tolerance").asDouble(USUAL_TOLERANCE));
  }

  private static @Nullable Object value(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    if (value.isBoolean()) {
      return value.asBoolean();
    }
    if (value.isTextual()) {
      return value.asText();
    }
    return value.isIntegralNumber() ? (Object) value.asLong() : (Object) value.asDouble();
  }

  /**
   * Scores the rows and compares.
   *
   * @throws ModelException naming the first row whose score is another
   */
  void check(OnnxModel model) {
    try (Inference inference = model.inference(1)) {
      for (int row = 0; row < rows.size(); row++) {
        Optional<ModelInput.Refusal> refusal = inference.add(rows.get(row));
        if (refusal.isPresent()) {
          throw new ModelException(
              "%s: row %d is no input of the model: %s"
                  .formatted(Manifest.GOLDEN_BATCH, row, refusal.get().message()));
        }
        Prediction prediction = inference.run().get(0);
        double expected = scores.get(row);
        double apart = Math.abs(prediction.score() - expected);
        if (!(apart <= tolerance * Math.max(1, Math.abs(expected)))) {
          throw new ModelException(
              "%s: row %d scores %s; expected %s, to %s. Was the model exported from the one that made the batch, with the features in this order?"
                  .formatted(Manifest.GOLDEN_BATCH, row, prediction.score(), expected, tolerance));
        }
      }
    } catch (InferenceException e) {
      throw new ModelException(
          "%s: the model fails on it: %s".formatted(Manifest.GOLDEN_BATCH, e.getMessage()), e);
    }
  }
}

package io.leat.models.onnx;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a model says of one vector.
 *
 * @param score as the graph gives it, maybe not finite
 * @param outputs the further outputs that the definition names, in its order: Double, Long,
 *     Boolean, String, a List of one of them, or a Map from class (String) to Double
 */
public record Prediction(double score, Map<String, Object> outputs) {
  public Prediction {
    outputs =
        outputs.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }
}

package io.leat.scoring.engine;

import io.leat.models.onnx.Prediction;
import io.leat.records.Contributions;
import java.util.Optional;

/** What became of a vector: each has exactly one outcome a model. */
public sealed interface Outcome {
  /**
   * The model's score.
   *
   * @param prediction what the model said; its score is finite
   * @param decision the first decision whose condition held
   * @param contributions what the features contributed; empty where the score is not explained
   */
  record Scored(
      Prediction prediction, Optional<String> decision, Optional<Contributions> contributions)
      implements Outcome {}

  /**
   * No score, and why.
   *
   * @param message what was found, what was expected and what to do, for a person
   */
  record Unscored(UnscoredReason reason, String message) implements Outcome {}
}

package io.leat.scoring;

import java.util.Optional;

/** What became of a vector: each has exactly one outcome a model. */
sealed interface Outcome {
  /**
   * The model's score.
   *
   * @param score finite
   * @param decision the first decision whose condition held
   */
  record Scored(double score, Optional<String> decision) implements Outcome {}

  /**
   * No score, and why.
   *
   * @param message what was found, what was expected and what to do, for a person
   */
  record Unscored(UnscoredReason reason, String message) implements Outcome {}
}

package io.leat.retraining.worker;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a run does next: the {@code step} of its last record, in lower case. */
enum Step {
  /** Pins the tables' snapshots and makes the training set. */
  PIN,
  /** Trains, or asks somebody to, or waits until they have. */
  TRAIN,
  /** Measures challenger and champion on the same rows, and asks the gates. */
  EVALUATE,
  /** Publishes the version. */
  PUBLISH,
  /** Asks for approval. */
  PROPOSE,
  /** Waits for it. */
  APPROVE,
  /** Begins the rollout. */
  ROLL_OUT,
  /** Waits for its end. */
  FOLLOW;

  /** As it stands in a record. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The step of a record; empty where the run has ended. */
  static Optional<Step> of(String text) {
    return Stream.of(values()).filter(step -> step.text().equals(text)).findFirst();
  }
}

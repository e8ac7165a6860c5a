package io.leat.retraining.worker;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.records.RetrainingRun;
import java.nio.file.Path;
import java.util.Map;

/**
 * Trains the model of a run, or has somebody do so. Asked again for a run it goes on, or begins
 * again to the same end: the run's key names the work.
 */
interface RunTrainer {
  /**
   * What a trainer is given.
   *
   * @param run its last record: the intention, and what the trainer calls the run where it has said
   *     so
   */
  record Task(
      RetrainingRun run, Model model, FeatureService service, RunFolder folder, PinnedSet set) {}

  /** How far the training is. */
  sealed interface Progress {}

  /**
   * It is done.
   *
   * @param model the ONNX file, or a folder as MLflow saves it
   * @param parameters what it was trained with
   */
  record Trained(Path model, Map<String, String> parameters) implements Progress {}

  /** The trainer made no model, and says why: there is nothing wrong. */
  record Declined(String reason) implements Progress {}

  /** The training failed. */
  record Failed(String reason) implements Progress {}

  /** Somebody else trains, and calls the run so. */
  record Begun(String externalId) implements Progress {}

  /** It goes on. */
  record Waiting() implements Progress {}

  /** In a few words, for the run's record. */
  String name();

  /** Goes on with the training of a run. */
  Progress advance(Task task);
}

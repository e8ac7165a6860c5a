package io.leat.retraining.training;

import java.util.Map;
import java.util.TreeMap;

/**
 * How far a training is.
 *
 * @param phase what is being done
 * @param fraction share of all work that is done, from 0 to 1; never less than before
 * @param metrics what has just been measured, by name, such as {@code validation_log_loss}; may be
 *     empty
 */
public record Progress(Phase phase, double fraction, Map<String, Double> metrics) {
  /** In this order. */
  public enum Phase {
    /** Candidates are measured on the folds. */
    CANDIDATES,
    /** Calibrations are measured. */
    CALIBRATION,
    /** The chosen candidate learns from all rows of the training part. */
    FIT,
    /** It is measured on the hold-out. */
    EVALUATION
  }

  public Progress {
    metrics = Map.copyOf(new TreeMap<>(metrics));
  }
}

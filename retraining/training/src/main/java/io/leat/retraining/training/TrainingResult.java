package io.leat.retraining.training;

import java.util.List;

/**
 * What a training gives.
 *
 * @param onnx bytes of the ONNX file; not to be changed
 * @param predictor the same model in Java
 * @param chosen the hyperparameters that it was made with
 * @param rounds how many trees a margin it has; 0 of what is not boosted
 * @param calibration how its margins become probabilities
 * @param candidates all that were tried, in the grid's order; empty without folds
 * @param report how it was trained and what it is worth
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, handed on once
public record TrainingResult(
    byte[] onnx,
    Predictor predictor,
    Hyperparameters chosen,
    int rounds,
    CalibrationMethod calibration,
    List<Candidate> candidates,
    TrainingReport report) {
  public TrainingResult {
    candidates = List.copyOf(candidates);
  }
}

package io.leat.retraining.training;

/**
 * What a training gives.
 *
 * @param onnx bytes of the ONNX file; not to be changed
 * @param report how it was trained and what it is worth
 * @param scorer the model itself, for whoever needs scores without a runtime
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, handed on once
public record TrainedModel(byte[] onnx, TrainingReport report, Scorer scorer) {
  /** The model as a function of raw features. Thread-safe. */
  public interface Scorer {
    /** Probability of a true label, in [0, 1], for one value a feature in the service's order. */
    double probability(float[] values);
  }
}

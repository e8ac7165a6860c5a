package io.leat.retraining.gate;

import java.util.OptionalDouble;

/**
 * A version of a model, and what it made of the rows.
 *
 * @param name for reports
 * @param scores one a row, in the rows' order: the probability of a true label, or the value of a
 *     regression; not to be changed
 * @param latencyP99Millis 99th percentile of a call's time on the golden batch, if measured
 * @param sizeBytes of the model's file, if known
 */
// The array is shared on purpose: there may be millions of rows.
@SuppressWarnings("ArrayRecordComponent")
public record Contender(
    String name, double[] scores, OptionalDouble latencyP99Millis, OptionalDouble sizeBytes) {

  /** A version of which only scores are known. */
  public static Contender of(String name, double[] scores) {
    return new Contender(name, scores, OptionalDouble.empty(), OptionalDouble.empty());
  }
}

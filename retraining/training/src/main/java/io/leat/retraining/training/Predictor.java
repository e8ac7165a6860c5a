package io.leat.retraining.training;

/**
 * A trained model as a function of raw features, for whoever needs predictions without a runtime.
 * Thread-safe.
 */
@FunctionalInterface
public interface Predictor {
  /**
   * Predicts.
   *
   * @param values one a feature in the service's order; NaN is what is missing
   * @return a probability in [0, 1] of each class, which add up to 1; of a regression the value
   *     alone
   */
  double[] predict(float[] values);

  /**
   * The probability of a true label, or the value of a regression: the last of {@link #predict}.
   */
  default double score(float[] values) {
    double[] predicted = predict(values);
    return predicted[predicted.length - 1];
  }
}

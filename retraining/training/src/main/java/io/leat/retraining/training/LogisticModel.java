package io.leat.retraining.training;

/**
 * A fitted logistic regression: the probability of a true label is the logistic function of the
 * intercept and the weighted, standardised features.
 */
final class LogisticModel {
  private final Standardisation standardisation;
  private final double[] weights;
  private final double intercept;

  LogisticModel(Standardisation standardisation, double[] weights, double intercept) {
    this.standardisation = standardisation;
    this.weights = weights;
    this.intercept = intercept;
  }

  /** Probability that the label is true, in [0, 1]. */
  double probability(float[] values) {
    double[] standard = standardisation.apply(values);
    double logit = intercept;
    for (int i = 0; i < standard.length; i++) {
      logit += weights[i] * standard[i];
    }
    return 1 / (1 + Math.exp(-logit));
  }

  Standardisation standardisation() {
    return standardisation;
  }

  /** Weights of the standardised features, in the service's order. */
  double[] weights() {
    return weights.clone();
  }

  double intercept() {
    return intercept;
  }
}

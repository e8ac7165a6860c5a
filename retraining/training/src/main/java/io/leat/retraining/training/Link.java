package io.leat.retraining.training;

/** What makes predictions of margins. Immutable. */
interface Link {
  /** Probabilities, or a value. */
  double[] predict(double[] margins);

  /**
   * Adds nodes to a graph that do the same.
   *
   * @param margins name of what {@link MarginModel#write} wrote
   * @return name of a tensor, double [batch, columns]
   */
  String write(OnnxGraphWriter graph, String margins);
}

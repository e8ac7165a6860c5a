package io.leat.retraining.training;

/** A model before probabilities are made of what it adds up. Immutable. */
interface MarginModel {
  /**
   * What it adds up of a row: one margin, or of several classes one each.
   *
   * @param values one a feature; NaN is what is missing
   */
  double[] margins(float[] values);

  /**
   * Adds nodes to a graph that make the same margins.
   *
   * @return name of a tensor, double [batch, columns] with {@link Kind#columns}: the margins, but
   *     of two classes 0 and the margin
   */
  String write(OnnxGraphWriter graph, Kind kind);
}

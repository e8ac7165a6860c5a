package io.leat.retraining.training;

/**
 * Margins that are an intercept and the weighted, standardised features. What is missing weighs as
 * the feature's mean. The graph works in double precision, so a score is as exact as its inputs and
 * its output allow.
 */
@SuppressWarnings("ArrayRecordComponent") // of this package alone, which does not change them
record LinearMarginModel(Standardisation standardisation, double[][] weights, double[] intercepts)
    implements MarginModel {

  @Override
  public double[] margins(float[] values) {
    double[] standard = standardisation.apply(values);
    double[] margins = intercepts.clone();
    for (int margin = 0; margin < margins.length; margin++) {
      for (int i = 0; i < standard.length; i++) {
        margins[margin] += weights[margin][i] * standard[i];
      }
    }
    return margins;
  }

  @Override
  public String write(OnnxGraphWriter graph, Kind kind) {
    int width = weights[0].length;
    int columns = kind.columns();
    int zeros = columns - intercepts.length; // of two classes the first's
    double[] matrix = new double[width * columns];
    double[] added = new double[columns];
    for (int margin = 0; margin < intercepts.length; margin++) {
      added[zeros + margin] = intercepts[margin];
      for (int i = 0; i < width; i++) {
        matrix[columns * i + zeros + margin] = weights[margin][i];
      }
    }
    graph.doubles("means", standardisation.means(), width);
    graph.doubles("scales", standardisation.scales(), width);
    graph.doubles("zero", new double[] {0});
    graph.doubles("weights", matrix, width, columns);
    graph.doubles("intercepts", added, columns);
    graph.castToDouble("exact", OnnxGraphWriter.INPUT);
    graph.node("Sub", "centred", "exact", "means");
    graph.node("Div", "standard", "centred", "scales");
    graph.node("IsNaN", "missing", "standard");
    graph.node("Where", "filled", "missing", "zero", "standard");
    graph.node("MatMul", "weighed", "filled", "weights");
    return graph.node("Add", "logits", "weighed", "intercepts");
  }
}

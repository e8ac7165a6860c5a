package io.leat.retraining.training;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * How well numbers are predicted.
 *
 * @param rows number of rows measured, at least 1
 * @param rootMeanSquare of errors, in the label's unit; 0 is perfect
 * @param meanAbsolute error, in the label's unit
 * @param baselineRootMeanSquare root mean square error of predicting the rows' own mean every time
 */
public record RegressionMetrics(
    int rows, double rootMeanSquare, double meanAbsolute, double baselineRootMeanSquare)
    implements Metrics {

  static RegressionMetrics of(double[][] predictions, double[] labels) {
    int rows = labels.length;
    double mean = Arrays.stream(labels).sum() / rows;
    double squares = 0;
    double absolutes = 0;
    double around = 0;
    for (int i = 0; i < rows; i++) {
      double error = predictions[i][0] - labels[i];
      squares += error * error;
      absolutes += Math.abs(error);
      around += (labels[i] - mean) * (labels[i] - mean);
    }
    return new RegressionMetrics(
        rows, Math.sqrt(squares / rows), absolutes / rows, Math.sqrt(around / rows));
  }

  @Override
  public double loss() {
    return rootMeanSquare;
  }

  @Override
  public Map<String, Double> values() {
    return new TreeMap<>(
        Map.of(
            "rmse", rootMeanSquare, "mae", meanAbsolute, "baseline_rmse", baselineRootMeanSquare));
  }
}

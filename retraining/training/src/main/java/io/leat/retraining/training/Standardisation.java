package io.leat.retraining.training;

import java.util.Arrays;

/**
 * Moves and scales each feature to mean 0 and standard deviation 1 over the rows it was learnt
 * from.
 */
final class Standardisation {
  private final double[] means;
  private final double[] scales;

  private Standardisation(double[] means, double[] scales) {
    this.means = means;
    this.scales = scales;
  }

  /**
   * Learns means and population standard deviations in two passes, of the values that are not
   * missing. A feature with one constant value is moved to 0 and not scaled.
   */
  static Standardisation of(TrainingSet set) {
    int width = set.features().size();
    double[] means = new double[width];
    double[] scales = new double[width];
    int[] counts = new int[width];
    for (TrainingSet.Row row : set.rows()) {
      for (int i = 0; i < width; i++) {
        if (!Float.isNaN(row.values()[i])) {
          means[i] += row.values()[i];
          counts[i]++;
        }
      }
    }
    Arrays.setAll(means, i -> counts[i] == 0 ? 0 : means[i] / counts[i]);
    for (TrainingSet.Row row : set.rows()) {
      for (int i = 0; i < width; i++) {
        if (!Float.isNaN(row.values()[i])) {
          double distance = row.values()[i] - means[i];
          scales[i] += distance * distance;
        }
      }
    }
    for (int i = 0; i < width; i++) {
      double deviation = counts[i] == 0 ? 0 : Math.sqrt(scales[i] / counts[i]);
      // A constant's deviation is not exactly 0: its mean is rounded.
      scales[i] = deviation > 1e-9 * Math.abs(means[i]) && deviation > 0 ? deviation : 1;
    }
    return new Standardisation(means, scales);
  }

  /** What is missing becomes 0, the mean. */
  double[] apply(float[] values) {
    double[] standard = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      standard[i] = Float.isNaN(values[i]) ? 0 : (values[i] - means[i]) / scales[i];
    }
    return standard;
  }

  double[] means() {
    return means.clone();
  }

  double[] scales() {
    return scales.clone();
  }
}

package io.leat.retraining.training;

/**
 * A line through margins, of which the logistic function is the probability (Platt, 1999), its
 * labels drawn in by {@code 1 / (n + 2)} as he has it, fitted by Newton's method with backtracking
 * (Lin, Lin and Weng, Machine Learning 68, 2007).
 */
final class PlattScaling {
  private static final int STEPS = 100;
  private static final double LEAST_STEP = 1e-10;
  private static final double RIDGE = 1e-12;
  private static final double FLAT = 1e-9;
  private static final double SLOPE_OF_DECREASE = 1e-4;

  private PlattScaling() {}

  static Links.Logistic fit(double[] margins, boolean[] labels) {
    int positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    double ofTrue = (positives + 1.0) / (positives + 2.0);
    double ofFalse = 1.0 / (labels.length - positives + 2.0);
    double[] targets = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      targets[i] = labels[i] ? ofTrue : ofFalse;
    }
    double slope = 0;
    double intercept = Math.log((positives + 1.0) / (labels.length - positives + 1.0));
    double cost = cost(slope, intercept, margins, targets);
    for (int step = 0; step < STEPS; step++) {
      double h11 = RIDGE;
      double h22 = RIDGE;
      double h12 = 0;
      double g1 = 0;
      double g2 = 0;
      for (int i = 0; i < margins.length; i++) {
        double p = 1 / (1 + Math.exp(-(slope * margins[i] + intercept)));
        double weight = p * (1 - p);
        h11 += margins[i] * margins[i] * weight;
        h22 += weight;
        h12 += margins[i] * weight;
        g1 += margins[i] * (p - targets[i]);
        g2 += p - targets[i];
      }
      if (Math.abs(g1) < FLAT && Math.abs(g2) < FLAT) {
        break;
      }
      double determinant = h11 * h22 - h12 * h12;
      double moveSlope = -(h22 * g1 - h12 * g2) / determinant;
      double moveIntercept = -(h11 * g2 - h12 * g1) / determinant;
      double decrease = g1 * moveSlope + g2 * moveIntercept;
      double size = 1;
      double next = cost(slope + moveSlope, intercept + moveIntercept, margins, targets);
      while (size >= LEAST_STEP && !(next < cost + SLOPE_OF_DECREASE * size * decrease)) {
        size /= 2;
        next = cost(slope + size * moveSlope, intercept + size * moveIntercept, margins, targets);
      }
      if (size < LEAST_STEP) {
        break;
      }
      slope += size * moveSlope;
      intercept += size * moveIntercept;
      cost = next;
    }
    return new Links.Logistic(slope, intercept);
  }

  private static double cost(double slope, double intercept, double[] margins, double[] targets) {
    double sum = 0;
    for (int i = 0; i < margins.length; i++) {
      double line = slope * margins[i] + intercept;
      // -t log p - (1 - t) log(1 - p), without overflow
      sum += Math.max(line, 0) - targets[i] * line + Math.log1p(Math.exp(-Math.abs(line)));
    }
    return sum;
  }
}

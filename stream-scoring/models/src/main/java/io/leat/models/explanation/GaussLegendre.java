package io.leat.models.explanation;

/**
 * Points and weights of Gauss-Legendre quadrature over [0, 1]: with n points the integral of every
 * polynomial of degree 2n - 1 or less is exact (Abramowitz and Stegun, 25.4.30).
 */
final class GaussLegendre {
  private static final int NEWTON_STEPS = 100;

  private final double[] points;
  private final double[] weights;

  private GaussLegendre(double[] points, double[] weights) {
    this.points = points;
    this.weights = weights;
  }

  static GaussLegendre of(int count) {
    double[] points = new double[count];
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      double x = Math.cos(Math.PI * (i + 0.75) / (count + 0.5));
      double derivative = 1;
      for (int step = 0; step < NEWTON_STEPS; step++) {
        double before = 1;
        double value = x;
        for (int n = 2; n <= count; n++) {
          double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
          before = value;
          value = next;
        }
        derivative = count * (x * value - before) / (x * x - 1);
        double moved = x - value / derivative;
        if (moved == x) {
          break;
        }
        x = moved;
      }
      points[i] = (1 + x) / 2;
      weights[i] = 1 / ((1 - x * x) * derivative * derivative);
    }
    return new GaussLegendre(points, weights);
  }

  int count() {
    return points.length;
  }

  /** In the open interval from 0 to 1. */
  double point(int i) {
    return points[i];
  }

  /** Positive; all together 1. */
  double weight(int i) {
    return weights[i];
  }
}

package io.leat.drift.sample;

/**
 * The Wasserstein distance of order 1: the integral of |F - G|, how far the values of one sample
 * have to be moved, on average, to be those of the other. From 0, in the unit of the numbers. Time:
 * O(n log n).
 */
final class Wasserstein implements SampleTest<double[]> {
  @Override
  public String name() {
    return "w1";
  }

  @Override
  public String description() {
    return "Wasserstein distance of order 1, the integral of abs(F - G) (SciPy's), in the unit of the numbers";
  }

  @Override
  public String source() {
    return "Kantorovich, Doklady 37 (1942)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double[] first = Checks.sorted(this, reference, 1);
    double[] second = Checks.sorted(this, window, 1);
    return Result.of(Steps.integral(first, second, Math::abs));
  }
}

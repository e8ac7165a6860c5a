package io.leat.drift.sample;

/**
 * The energy distance of numbers: the root of 2 E|X - Y| - E|X - X'| - E|Y - Y'|, which is the root
 * of 2 times the integral of (F - G)^2. From 0, in the root of the unit of the numbers. Time: O(n
 * log n).
 */
final class EnergyDistance implements SampleTest<double[]> {
  @Override
  public String name() {
    return "energy";
  }

  @Override
  public String description() {
    return "energy distance, the root of 2 times the integral of (F - G)^2 (SciPy's)";
  }

  @Override
  public String source() {
    return "Székely and Rizzo, Journal of Statistical Planning and Inference 143 (2013)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double[] first = Checks.sorted(this, reference, 1);
    double[] second = Checks.sorted(this, window, 1);
    return Result.of(Math.sqrt(2 * Steps.integral(first, second, x -> x * x)));
  }
}

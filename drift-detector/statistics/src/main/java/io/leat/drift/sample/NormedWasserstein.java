package io.leat.drift.sample;

import java.util.Arrays;

/**
 * {@link Wasserstein}, divided by the standard deviation of the reference (of the population,
 * divided by n), which counts as 0.001 at least. From 0, in standard deviations. Not symmetric, as
 * the reference sets the unit. Values beyond the reference's range count by how far out they lie,
 * which a window of counts does not keep: so no monitor can measure it. Time: O(n log n).
 */
final class NormedWasserstein implements SampleTest<double[]> {
  private static final double LEAST_DEVIATION = 0.001;

  @Override
  public String name() {
    return "w1_std";
  }

  @Override
  public String description() {
    return "Wasserstein distance of order 1, in standard deviations of the reference (divided by n; at least 0.001): Evidently's normed one";
  }

  @Override
  public String source() {
    return "Kantorovich, Doklady 37 (1942)";
  }

  @Override
  public boolean isSymmetric() {
    return false;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double[] first = Checks.sorted(this, reference, 1);
    double[] second = Checks.sorted(this, window, 1);
    return Result.of(
        Steps.integral(first, second, Math::abs) / Math.max(deviation(first), LEAST_DEVIATION));
  }

  private static double deviation(double[] numbers) {
    double mean = Arrays.stream(numbers).average().orElseThrow();
    double squares = 0;
    for (double number : numbers) {
      squares += (number - mean) * (number - mean);
    }
    return Math.sqrt(squares / numbers.length);
  }
}

package io.leat.drift.sample;

import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.SignificanceResult;
import org.apache.commons.statistics.inference.TTest;

/**
 * Student's t test of both means, taking the variances as equal. Sees shifts of the mean alone. A
 * sample has two values or more; both may not be constant. Time: O(n).
 */
final class PooledT implements SampleTest<double[]> {
  @Override
  public String name() {
    return "t_pooled";
  }

  @Override
  public String description() {
    return "Student's t of both means, variances pooled; both tails";
  }

  @Override
  public String source() {
    return "Student, Biometrika 6 (1908)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    Checks.numbers(this, reference, 2);
    Checks.numbers(this, window, 2);
    SignificanceResult result =
        TTest.withDefaults().with(DataDispersion.HOMOSCEDASTIC).test(reference, window);
    if (!Double.isFinite(result.getStatistic())) {
      throw new IllegalArgumentException(
          "%s: both samples are constant; expected one that is not".formatted(name()));
    }
    return Result.of(result.getStatistic(), result.getPValue());
  }
}

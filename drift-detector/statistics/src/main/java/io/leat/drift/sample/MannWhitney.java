package io.leat.drift.sample;

import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.PValueMethod;
import org.apache.commons.statistics.inference.SignificanceResult;

/**
 * The Mann-Whitney U test (Wilcoxon rank sum): U is how many pairs have a greater value in the
 * reference, equal ones count half. Sees shifts alone. Where all values are equal, the p-value is
 * 1. Time: O(n log n).
 */
final class MannWhitney implements SampleTest<double[]> {
  @Override
  public String name() {
    return "mann_whitney";
  }

  @Override
  public String description() {
    return "Mann-Whitney U of the reference; p-value of both tails by the normal law, corrected for ties and continuity (SciPy's asymptotic one)";
  }

  @Override
  public String source() {
    return "Mann and Whitney, Annals of Mathematical Statistics 18 (1947)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    Checks.numbers(this, reference, 1);
    Checks.numbers(this, window, 1);
    SignificanceResult result =
        MannWhitneyUTest.withDefaults().with(PValueMethod.ASYMPTOTIC).test(reference, window);
    double p = result.getPValue();
    return Result.of(result.getStatistic(), Double.isNaN(p) ? 1 : p);
  }
}

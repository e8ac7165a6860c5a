package io.leat.drift.sample;

/**
 * The two-sample Kolmogorov-Smirnov test, two-sided ({@link KolmogorovLaw}). Time: O(n log n), and
 * O(n m) for an exact p-value.
 */
final class KolmogorovSmirnov implements SampleTest<double[]> {
  @Override
  public String name() {
    return "ks";
  }

  @Override
  public String description() {
    return "two-sample Kolmogorov-Smirnov D; p-value exact up to a product of the sizes of 10,000 (SciPy's), else Kolmogorov's limit";
  }

  @Override
  public String source() {
    return "Smirnov, Annals of Mathematical Statistics 19 (1948)";
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public Result compare(double[] reference, double[] window) {
    double[] first = Checks.sorted(this, reference, 1);
    double[] second = Checks.sorted(this, window, 1);
    double distance = KolmogorovLaw.distance(first, second);
    return Result.of(distance, KolmogorovLaw.pValue(distance, first.length, second.length));
  }
}

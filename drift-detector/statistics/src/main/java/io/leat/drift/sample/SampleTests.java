package io.leat.drift.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The catalogue: every test of two samples, a line each, in the order of the reference page. */
public final class SampleTests {
  private static final List<SampleTest<double[]>> NUMBERS = new ArrayList<>();
  private static final List<SampleTest<double[][]>> ROWS = new ArrayList<>();
  private static final List<SampleTest<long[]>> COUNTS = new ArrayList<>();

  public static final SampleTest<double[]> KOLMOGOROV_SMIRNOV =
      add(NUMBERS, new KolmogorovSmirnov());
  public static final SampleTest<double[]> WASSERSTEIN = add(NUMBERS, new Wasserstein());
  public static final SampleTest<double[]> WASSERSTEIN_NORMED =
      add(NUMBERS, new NormedWasserstein());
  public static final SampleTest<double[]> ENERGY = add(NUMBERS, new EnergyDistance());
  public static final SampleTest<double[]> CRAMER_VON_MISES = add(NUMBERS, new CramerVonMises());
  public static final SampleTest<double[]> ANDERSON_DARLING = add(NUMBERS, new AndersonDarling());
  public static final SampleTest<double[]> EPPS_SINGLETON = add(NUMBERS, new EppsSingleton());
  public static final SampleTest<double[]> MANN_WHITNEY = add(NUMBERS, new MannWhitney());
  public static final SampleTest<double[]> T_POOLED = add(NUMBERS, new PooledT());
  public static final SampleTest<double[]> T_WELCH = add(NUMBERS, new WelchT());
  public static final SampleTest<double[][]> MMD_RBF = add(ROWS, new MmdRbf());
  public static final SampleTest<double[][]> CLASSIFIER_AUC = add(ROWS, new ClassifierAuc());
  public static final SampleTest<long[]> CHI_SQUARE_ONE_WAY = add(COUNTS, new ChiSquareOneWay());
  public static final SampleTest<long[]> G_ONE_WAY = add(COUNTS, new GOneWay());
  public static final SampleTest<long[]> FISHER_EXACT = add(COUNTS, new FisherExact());
  public static final SampleTest<long[]> PROPORTIONS_Z = add(COUNTS, new ProportionsZ());
  public static final SampleTest<long[]> TOTAL_VARIATION_PERMUTATION =
      add(COUNTS, new TotalVariationPermutation());

  private SampleTests() {}

  private static <S> SampleTest<S> add(List<SampleTest<S>> tests, SampleTest<S> test) {
    tests.add(test);
    return test;
  }

  /** Every test of numbers. */
  public static List<SampleTest<double[]>> ofNumbers() {
    return List.copyOf(NUMBERS);
  }

  /** Every test of rows of numbers. */
  public static List<SampleTest<double[][]>> ofRows() {
    return List.copyOf(ROWS);
  }

  /** Every test of counts by bucket. */
  public static List<SampleTest<long[]>> ofCounts() {
    return List.copyOf(COUNTS);
  }

  /** Every test. */
  public static List<SampleTest<?>> all() {
    return Stream.<List<? extends SampleTest<?>>>of(NUMBERS, ROWS, COUNTS)
        .<SampleTest<?>>flatMap(List::stream)
        .toList();
  }

  /**
   * {@code mmd_rbf} with a given bandwidth of the kernel, in place of the reference's median
   * distance.
   *
   * @param bandwidth more than 0
   */
  public static SampleTest<double[][]> mmdRbf(double bandwidth) {
    if (!(bandwidth > 0)) {
      throw new IllegalArgumentException(
          "a bandwidth of %s; expected more than 0".formatted(bandwidth));
    }
    return new MmdRbf(bandwidth);
  }

  /**
   * A test of numbers or rows, with a p-value by permutations: for those that have none of their
   * own and whose statistic is greater the more the samples differ ({@code w1}, {@code w1_std},
   * {@code energy}, {@code mmd_rbf}, {@code classifier_auc}).
   *
   * @param permutations at least 1; the least p-value is 1 / (permutations + 1)
   * @param seed the same gives the same p-value
   */
  public static <S> SampleTest<S> permuted(SampleTest<S> test, int permutations, long seed) {
    if (permutations < 1) {
      throw new IllegalArgumentException(
          "%d permutations; expected 1 or more".formatted(permutations));
    }
    return new PermutationTest<>(test, permutations, seed);
  }
}

package io.leat.drift.sample;

import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * A test of numbers or rows whose statistic is greater the more its samples differ, with a p-value
 * by permutations of the rows: for {@code w1}, {@code energy} and {@code mmd_rbf}, which have none
 * of their own. Time: so many times the test's own.
 *
 * @param <S> as in {@link SampleTest}
 */
final class PermutationTest<S> implements SampleTest<S> {
  private final SampleTest<S> test;
  private final int permutations;
  private final long seed;

  PermutationTest(SampleTest<S> test, int permutations, long seed) {
    this.test = test;
    this.permutations = permutations;
    this.seed = seed;
  }

  @Override
  public String name() {
    return test.name() + "_permutation";
  }

  @Override
  public String description() {
    return "%s; p-value by %d permutations".formatted(test.description(), permutations);
  }

  @Override
  public String source() {
    return test.source() + "; Phipson and Smyth (2010)";
  }

  @Override
  public boolean isSymmetric() {
    return test.isSymmetric();
  }

  @Override
  public Result compare(S reference, S window) {
    double observed = test.compare(reference, window).statistic();
    int first = Array.getLength(reference);
    int rows = first + Array.getLength(window);
    double p =
        Permutations.pValue(
            rows,
            permutations,
            seed,
            observed,
            order ->
                test.compare(
                        pick(reference, window, Arrays.copyOf(order, first)),
                        pick(reference, window, Arrays.copyOfRange(order, first, rows)))
                    .statistic());
    return Result.of(observed, p);
  }

  @SuppressWarnings("unchecked")
  private S pick(S reference, S window, int[] rows) {
    int first = Array.getLength(reference);
    Object picked = Array.newInstance(reference.getClass().getComponentType(), rows.length);
    for (int i = 0; i < rows.length; i++) {
      Array.set(
          picked,
          i,
          rows[i] < first ? Array.get(reference, rows[i]) : Array.get(window, rows[i] - first));
    }
    return (S) picked;
  }
}

package io.leat.drift.sample;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The total variation distance of the shares of buckets, half the sum of |p - q|, with a p-value by
 * {@value #PERMUTATIONS} permutations of the rows. Holds for small counts. Time and memory: 1,000
 * times the rows of both, one array of them.
 */
final class TotalVariationPermutation implements SampleTest<long[]> {
  private static final int PERMUTATIONS = 1_000;
  private static final long SEED = 1;

  @Override
  public String name() {
    return "tv_permutation";
  }

  @Override
  public String description() {
    return "total variation distance of the shares; p-value by 1,000 permutations with a fixed seed (Evidently's TVD)";
  }

  @Override
  public String source() {
    return "Levin, Peres and Wilmer, Markov Chains and Mixing Times (2009), 4.1; Phipson and Smyth (2010)";
  }

  @Override
  public boolean isSymmetric() {
    return false;
  }

  @Override
  public Result compare(long[] reference, long[] window) {
    Checks.counts(this, reference, window);
    int[] rows = rows(reference, window);
    int first = Math.toIntExact(Arrays.stream(reference).sum());
    double observed = distance(reference, window);
    double p =
        Permutations.pValue(
            rows.length,
            PERMUTATIONS,
            SEED,
            observed,
            order -> {
              long[] counts = new long[reference.length];
              for (int i = 0; i < first; i++) {
                counts[rows[order[i]]]++;
              }
              long[] rest = new long[reference.length];
              for (int k = 0; k < rest.length; k++) {
                rest[k] = reference[k] + window[k] - counts[k];
              }
              return distance(counts, rest);
            });
    return Result.of(observed, p);
  }

  /** The bucket of each row of both. */
  private static int[] rows(long[] reference, long[] window) {
    return IntStream.range(0, reference.length)
        .flatMap(k -> IntStream.range(0, Math.toIntExact(reference[k] + window[k])).map(i -> k))
        .toArray();
  }

  private static double distance(long[] first, long[] second) {
    double n = Arrays.stream(first).sum();
    double m = Arrays.stream(second).sum();
    double sum = 0;
    for (int k = 0; k < first.length; k++) {
      sum += Math.abs(first[k] / n - second[k] / m);
    }
    return sum / 2;
  }
}

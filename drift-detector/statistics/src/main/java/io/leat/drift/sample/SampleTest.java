package io.leat.drift.sample;

import java.util.OptionalDouble;

/**
 * Compares two samples. Stateless; any thread's. A test is a class of this package and a line in
 * {@link SampleTests}.
 *
 * @param <S> what a sample is: {@code double[]} of numbers, {@code double[][]} of rows of equally
 *     many numbers, or {@code long[]} of counts by bucket, the same buckets on both sides. What is
 *     handed over is not changed
 */
public interface SampleTest<S> {
  /** Its name with its variant, for ever. */
  String name();

  /** What it is, and whose variant, for the reference page: a sentence without a full stop. */
  String description();

  /** Where the formula comes from: author, paper, year. */
  String source();

  /**
   * Whether both sides may change places: the p-value stays as it is, or, where there is none, the
   * statistic.
   */
  boolean isSymmetric();

  /**
   * The statistic of two samples, and its p-value where there is one.
   *
   * @throws IllegalArgumentException if a sample is too small or has a number that is not finite
   */
  Result compare(S reference, S window);

  /**
   * What a test gives.
   *
   * @param statistic what it measures
   * @param pValue the probability of such a statistic or one that is farther out, 0 to 1, where
   *     both samples are independent draws of one distribution; empty where there is none
   */
  record Result(double statistic, OptionalDouble pValue) {
    static Result of(double statistic) {
      return new Result(statistic, OptionalDouble.empty());
    }

    static Result of(double statistic, double pValue) {
      return new Result(statistic, OptionalDouble.of(Math.min(1, Math.max(0, pValue))));
    }
  }
}

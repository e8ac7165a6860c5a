package io.leat.drift.sample;

/** The two distribution functions of ascending numbers, step by step. */
final class Steps {
  private Steps() {}

  /** What is summed over the intervals between neighbouring values of both. */
  interface Term {
    /**
     * @param difference of the distribution functions in the interval, first less second
     */
    double of(double difference);
  }

  /** The integral of a term of the difference, over all numbers. */
  static double integral(double[] first, double[] second, Term term) {
    double sum = 0;
    int i = 0;
    int j = 0;
    double from = Math.min(first[0], second[0]);
    while (i < first.length || j < second.length) {
      double to =
          i == first.length
              ? second[j]
              : j == second.length ? first[i] : Math.min(first[i], second[j]);
      sum += term.of(i / (double) first.length - j / (double) second.length) * (to - from);
      while (i < first.length && first[i] <= to) {
        i++;
      }
      while (j < second.length && second[j] <= to) {
        j++;
      }
      from = to;
    }
    return sum;
  }
}

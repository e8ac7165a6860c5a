package io.leat.retraining.gate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Several tests of which, taken together, any is wrong with at most the chance of one (Holm,
 * Scandinavian Journal of Statistics 6, 1979): the smallest chance is held against the level
 * divided by their number, the next against that divided by one less, until one is not small
 * enough.
 */
final class Holm {
  private Holm() {}

  /** The chances as they would have to be of a single test. */
  static double[] adjusted(double[] chances) {
    double[] adjusted = new double[chances.length];
    double greatest = 0;
    Integer[] order = order(chances);
    for (int rank = 0; rank < order.length; rank++) {
      double factor = (double) order.length - rank;
      greatest = Math.max(greatest, Math.min(1, factor * chances[order[rank]]));
      adjusted[order[rank]] = greatest;
    }
    return adjusted;
  }

  /** The level that each chance is held against. */
  static double[] levels(double[] chances, double level) {
    double[] levels = new double[chances.length];
    Integer[] order = order(chances);
    for (int rank = 0; rank < order.length; rank++) {
      levels[order[rank]] = level / ((double) order.length - rank);
    }
    return levels;
  }

  private static Integer[] order(double[] chances) {
    Integer[] order = IntStream.range(0, chances.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> chances[i]));
    return order;
  }
}

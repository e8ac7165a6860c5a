package io.leat.features.offline.consistency;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far apart pairs of numbers are: counts of differences in classes whose width is a 64th of
 * their greatest power of two, so that a quantile is told to within 1.6 %. Takes memory for the
 * classes that occur, at most 131,072. One thread's.
 */
final class DeltaHistogram implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int DROPPED_BITS = 46; // of a double's 52; six stay

  private final TreeMap<Long, Long> classes = new TreeMap<>();
  private long zeros;
  private long count;
  private double greatest;

  /**
   * @param delta 0 or more
   */
  void add(double delta) {
    count++;
    greatest = Math.max(greatest, delta);
    if (delta == 0) {
      zeros++;
    } else {
      classes.merge(Double.doubleToLongBits(delta) >>> DROPPED_BITS, 1L, Long::sum);
    }
  }

  void merge(DeltaHistogram other) {
    count += other.count;
    zeros += other.zeros;
    greatest = Math.max(greatest, other.greatest);
    other.classes.forEach((place, number) -> classes.merge(place, number, Long::sum));
  }

  /**
   * The least difference that so large a share of all does not exceed, rounded up by at most 1.6 %.
   *
   * @param share above 0, at most 1
   * @return 0 where there are none
   */
  double quantile(double share) {
    long rank = (long) Math.ceil(share * count);
    long below = zeros;
    if (below >= rank) {
      return 0;
    }
    for (Map.Entry<Long, Long> one : classes.entrySet()) {
      below += one.getValue();
      if (below >= rank) {
        double end = Double.longBitsToDouble(one.getKey() + 1 << DROPPED_BITS);
        return Math.min(end, greatest);
      }
    }
    return greatest;
  }

  /** The greatest difference; 0 where there are none. */
  double greatest() {
    return greatest;
  }
}

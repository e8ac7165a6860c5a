package io.leat.drift;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Which events a window's vectors are of, as far as it takes to say how many come again: all of
 * them while these are no more than {@value #MOST}, then those whose hash ends in so many zeros
 * that no more are left. Each event is in the sample, with all of its vectors, or is not: so the
 * share of vectors that come again is on average that of all (distinct sampling: Gibbons, VLDB
 * 2001). Of a small share d its standard error is at most about sqrt(d / {@value #LEAST}), where
 * events come twice: 0.44 points at d = 1 %; it is 0 up to {@value #MOST} events.
 *
 * <p>What is kept does not depend on the order and the grouping in which vectors come. Not
 * thread-safe.
 */
final class EventSample {
  /** So many events are kept, at about 64 bytes each, and 9 where they are written. */
  static final int MOST = 1024;

  /** About so many are left at least where some had to go. */
  static final int LEAST = MOST / 2;

  private final TreeMap<Long, Long> vectors = new TreeMap<>();
  private int zeros;
  private long mask;
  private long seen;

  /** Takes vectors of an event, by its hash. */
  void add(long event, long times) {
    if ((event & mask) == 0) {
      vectors.merge(event, times, Long::sum);
      seen += times;
      while (vectors.size() > MOST) {
        level(zeros + 1);
      }
    }
  }

  private void level(int atLeast) {
    if (atLeast > zeros) {
      zeros = atLeast;
      mask = (1L << zeros) - 1;
      vectors.keySet().removeIf(event -> (event & mask) != 0);
      seen = vectors.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  void add(EventSample other) {
    level(other.zeros);
    other.vectors.forEach(this::add);
  }

  /** Vectors of the events that are kept. */
  long seen() {
    return seen;
  }

  /** Those of them whose event had been there before. */
  long again() {
    return seen - vectors.size();
  }

  /** In how many zeros the hashes of events end that are kept. */
  int zeros() {
    return zeros;
  }

  int events() {
    return vectors.size();
  }

  /** Events in ascending order, and their vectors. */
  void forEach(BiConsumer<Long, Long> action) {
    for (Map.Entry<Long, Long> event : vectors.entrySet()) {
      action.accept(event.getKey(), event.getValue());
    }
  }

  /** Begins with what was written, which has this many zeros. */
  void begin(int writtenZeros) {
    level(writtenZeros);
  }
}

package io.leat.drift;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How many vectors the last windows held, and how far another is from those of its hour and
 * weekday: beside their median, so that a window that was off spoils nothing, and a level that
 * stays is usual after four of them. Mutable; not thread-safe.
 */
final class Volumes {
  /** So many windows before are looked at, and so many have to be there. */
  private static final int COMPARED = 7;

  private static final int LEAST = 3;

  /** So many windows back are remembered. */
  private static final int MOST_KEPT = 1200;

  private final TreeMap<Long, Long> events = new TreeMap<>();
  private OptionalLong last = OptionalLong.empty();

  /** The longest period that can be looked back at. */
  static boolean canCompare(long period) {
    return period * COMPARED <= MOST_KEPT;
  }

  /** Of a window's like, the median; empty where too few are known. */
  OptionalDouble usual(long window, int period) {
    double[] like = new double[COMPARED];
    int found = 0;
    for (int back = 1; back <= COMPARED; back++) {
      Long one = events.get(window - (long) back * period);
      if (one != null) {
        like[found++] = one;
      }
    }
    if (found < LEAST) {
      return OptionalDouble.empty();
    }
    double[] sorted = Arrays.copyOf(like, found);
    Arrays.sort(sorted);
    return OptionalDouble.of((sorted[(found - 1) / 2] + sorted[found / 2]) / 2);
  }

  /** The distance of two volumes: the logarithm of their quotient, whichever is greater. */
  static double distance(double one, double other) {
    return Math.abs(Math.log((one + 1) / (other + 1)));
  }

  /** The newest window that has been counted or passed over; empty where none was. */
  OptionalLong last() {
    return last;
  }

  /** How many windows have been counted or passed over since the last that held something. */
  long silentFor() {
    for (Map.Entry<Long, Long> one : events.descendingMap().entrySet()) {
      if (one.getValue() > 0) {
        return last.orElse(one.getKey()) - one.getKey();
      }
    }
    return MOST_KEPT;
  }

  /** Passes over a window of which it is not known how many vectors it held. */
  void pass(long window) {
    last = OptionalLong.of(window);
  }

  /** Whatever the period: another reference may have a longer one. */
  void add(long window, long vectors) {
    pass(window);
    events.put(window, vectors);
    events.headMap(window - MOST_KEPT, false).clear();
  }

  void clear() {
    events.clear();
    last = OptionalLong.empty();
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * (1 + 2 * events.size()));
    bytes.putLong(last.orElse(0));
    events.forEach((window, vectors) -> bytes.putLong(window).putLong(vectors));
    return bytes.array();
  }

  static Volumes read(byte[] written) {
    Volumes read = new Volumes();
    ByteBuffer bytes = ByteBuffer.wrap(written);
    read.pass(bytes.getLong());
    while (bytes.hasRemaining()) {
      read.events.put(bytes.getLong(), bytes.getLong());
    }
    return read;
  }
}

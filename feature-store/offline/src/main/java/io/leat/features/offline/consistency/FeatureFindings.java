package io.leat.features.offline.consistency;

import io.leat.schemas.NullReason;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found of one feature. One thread's; findings of parts are merged. */
final class FeatureFindings implements Serializable {
  private static final long serialVersionUID = 1L;

  /** So many unequal values are shown, the earliest. */
  static final int EXAMPLES = 5;

  private static final Comparator<Example> EARLIEST =
      Comparator.comparingLong(Example::time).thenComparing(Example::eventId);

  private long equal;
  private long unequal;
  private long notYet;
  private long removed;
  private long numbers;
  private double relative;
  private final DeltaHistogram deltas = new DeltaHistogram();
  private final ArrayList<Example> examples = new ArrayList<>();

  /**
   * A value that is not what was logged.
   *
   * @param keys the entities' keys
   * @param time event time, microseconds since 1970-01-01 UTC
   * @param logged the value, or the reason why there is none
   * @param recomputed as logged
   */
  record Example(
      String eventId, List<@Nullable String> keys, long time, Object logged, Object recomputed)
      implements Serializable {
    /** Whether the log says that the online store did not know what the tables hold. */
    boolean isNotCompared() {
      return logged == NullReason.NOT_YET || logged == NullReason.REMOVED;
    }

    /**
     * Whether both have the same bits, or are null for one reason, as far as reasons are reported.
     */
    boolean isEqual() {
      return logged.equals(recomputed) // of doubles, by their bits
          || (logged == NullReason.UNSTATED && recomputed instanceof NullReason);
    }
  }

  /** Compares two values. */
  void compare(Example pair) {
    if (pair.isNotCompared()) {
      notYet += pair.logged() == NullReason.NOT_YET ? 1 : 0;
      removed += pair.logged() == NullReason.REMOVED ? 1 : 0;
      return;
    }
    Object logged = pair.logged();
    Object recomputed = pair.recomputed();
    if (logged instanceof Number one && recomputed instanceof Number other) {
      numbers++;
      relative += relative(one, other);
      deltas.add(Math.min(distance(one, other), Double.MAX_VALUE));
    }
    if (pair.isEqual()) {
      equal++;
    } else {
      unequal++;
      examples.add(pair);
      keepEarliest();
    }
  }

  /** How far apart two numbers are, as a part of the mean of their magnitudes: from 0 to 2. */
  private static double relative(Number one, Number other) {
    double size = Math.abs(one.doubleValue()) + Math.abs(other.doubleValue());
    if (Double.isInfinite(size)) { // halves of such large numbers are exact
      return relative(one.doubleValue() / 2, other.doubleValue() / 2);
    }
    return size == 0 ? 0 : 2 * (distance(one, other) / size);
  }

  private static double distance(Number one, Number other) {
    return one instanceof Long a && other instanceof Long b
        ? BigInteger.valueOf(a).subtract(BigInteger.valueOf(b)).abs().doubleValue()
        : Math.abs(one.doubleValue() - other.doubleValue());
  }

  private void keepEarliest() {
    if (examples.size() > EXAMPLES) {
      examples.sort(EARLIEST);
      examples.subList(EXAMPLES, examples.size()).clear();
    }
  }

  void merge(FeatureFindings other) {
    equal += other.equal;
    unequal += other.unequal;
    notYet += other.notYet;
    removed += other.removed;
    numbers += other.numbers;
    relative += other.relative;
    deltas.merge(other.deltas);
    examples.addAll(other.examples);
    keepEarliest();
  }

  long equal() {
    return equal;
  }

  long unequal() {
    return unequal;
  }

  /** Values that the log says were not known yet, since their view waited for its backfill. */
  long notYet() {
    return notYet;
  }

  /** Values that the log says the online store did not know, since it removes idle keys. */
  long removed() {
    return removed;
  }

  /**
   * Symmetric mean absolute percentage error over the pairs of numbers, as a fraction: the mean of
   * |a - b| / ((|a| + |b|) / 2), where both are 0 of 0; from 0 to 2.
   */
  double smape() {
    return numbers == 0 ? 0 : relative / numbers;
  }

  DeltaHistogram deltas() {
    return deltas;
  }

  /** The earliest unequal values, in order. */
  List<Example> examples() {
    return examples.stream().sorted(EARLIEST).toList();
  }
}

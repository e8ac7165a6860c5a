package io.leat.features.engine;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often each value occurs, of up to {@value #MOST} different values. Of more, nothing is known:
 * whichever were dropped to save room, the result would hang on the order of arrival.
 */
final class FrequencyAccumulator implements Accumulator {
  /** How many different values are counted. */
  static final int MOST = 4_096;

  private static final Comparator<Map.Entry<Object, Long>> BY_VALUE =
      (one, other) -> Values.compare(one.getKey(), other.getKey());

  private static final Comparator<Map.Entry<Object, Long>> BY_FREQUENCY =
      Comparator.<Map.Entry<Object, Long>>comparingLong(Map.Entry::getValue)
          .reversed()
          .thenComparing(BY_VALUE);

  private final Map<Object, Long> counts = new HashMap<>();
  private boolean tooMany;

  /**
   * The values that occur most often, the most frequent first; of equals, the lesser first. Empty
   * where there are more different values than are counted.
   */
  List<@Nullable Object> top(int k) {
    return counts.entrySet().stream()
        .sorted(BY_FREQUENCY)
        .limit(k)
        .<@Nullable Object>map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void clear() {
    counts.clear();
    tooMany = false;
  }

  @Override
  public void add(Occurrence occurrence) {
    add(occurrence.value, 1);
  }

  @Override
  public void merge(Accumulator other) {
    FrequencyAccumulator more = (FrequencyAccumulator) other;
    more.counts.forEach(this::add);
    if (more.tooMany) {
      giveUp();
    }
  }

  private void add(Object value, long count) {
    if (tooMany) {
      return;
    }
    counts.merge(value, count, Long::sum);
    if (counts.size() > MOST) {
      giveUp();
    }
  }

  private void giveUp() {
    counts.clear();
    tooMany = true;
  }

  @Override
  public void write(StateWriter out, long base) {
    out.putVarint(tooMany ? 0 : counts.size());
    counts.entrySet().stream()
        .sorted(BY_VALUE)
        .forEach(
            entry -> {
              out.putValue(entry.getKey());
              out.putVarint(entry.getValue());
            });
  }

  @Override
  public void read(StateReader in, long base) {
    counts.clear();
    int size = in.takeCount(2);
    tooMany = size == 0; // a set that is written is never empty
    for (int i = 0; i < size; i++) {
      Object value = in.takeValue();
      if (value == null) {
        throw new StateFormatException("a null in it claims a frequency");
      }
      counts.put(value, in.takeVarint());
    }
  }
}

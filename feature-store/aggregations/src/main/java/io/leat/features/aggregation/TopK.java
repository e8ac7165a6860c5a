package io.leat.features.aggregation;

import static java.util.Objects.requireNonNull;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The most frequent values, the most frequent first. */
final class TopK implements AggregateFunction {
  static final AccumulatorKind<Frequencies> FREQUENCIES =
      AccumulatorKind.of(
          10,
          "frequencies",
          "varint n (0: more than 4,096 different values, none is known); n "
              + "times, ascending: value, varint count",
          Frequencies::new);

  @Override
  public String name() {
    return "top_k";
  }

  @Override
  public String description() {
    return "the most frequent values, the most frequent first, of equals the "
        + "lesser; null where a window has more than 4,096 different values";
  }

  @Override
  public InputType input() {
    return InputType.SCALARS;
  }

  @Override
  public Parameter parameter() {
    return Parameter.SIZE;
  }

  @Override
  public ValueType resultType(ValueType field) {
    return field;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(FREQUENCIES.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    List<Object> top = window.get(FREQUENCIES).top(1);
    return top.isEmpty() ? NullReason.TOO_MANY_VALUES : top.get(0);
  }

  @Override
  public void finish(AggregatedWindow window, @Nullable Object[] values, int first) {
    int size = (int) window.parameter();
    List<Object> top = window.get(FREQUENCIES).top(size);
    NullReason others = top.isEmpty() ? NullReason.TOO_MANY_VALUES : NullReason.TOO_FEW_VALUES;
    for (int i = 0; i < size; i++) {
      values[first + i] = i < top.size() ? top.get(i) : others;
    }
  }

  /**
   * How often each value occurs, of up to {@value #MOST} different values. Of more, nothing is
   * known: whichever were dropped to save room, the result would hang on the order of arrival.
   */
  static final class Frequencies implements Accumulator {
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
    List<Object> top(int k) {
      return counts.entrySet().stream()
          .sorted(BY_FREQUENCY)
          .limit(k)
          .map(Map.Entry::getKey)
          .toList();
    }

    @Override
    public void clear() {
      counts.clear();
      tooMany = false;
    }

    @Override
    public void add(InputValue input) {
      add(requireNonNull(input.value), 1);
    }

    @Override
    public void merge(Accumulator other) {
      Frequencies more = (Frequencies) other;
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
}

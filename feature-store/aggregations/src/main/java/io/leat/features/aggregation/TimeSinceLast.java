package io.leat.features.aggregation;

import io.leat.features.aggregation.AccumulatorKind.Reads;
import io.leat.features.aggregation.AccumulatorKind.Sharing;
import io.leat.schemas.NullReason;
import java.util.List;

/** Seconds from the newest event that is older than the time of evaluation. */
final class TimeSinceLast implements AggregateFunction {
  static final AccumulatorKind<NewestTimes> TIMES =
      new AccumulatorKind<>(
          11,
          "times",
          "zigzag varint, newest time less base; varint, newest less the one "
              + "before, 0 where there is none",
          Reads.TIMES,
          Sharing.ONE,
          (none, events) -> new NewestTimes());

  @Override
  public String name() {
    return "time_since_last";
  }

  @Override
  public String description() {
    return "seconds from the newest event before the time of evaluation; an event "
        + "at that very time does not count, so that a spine event sees the one "
        + "before it";
  }

  @Override
  public InputType input() {
    return InputType.EVENTS;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(TIMES.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(TIMES).secondsSince(window.end(), window.unitsPerSecond());
  }

  /** The two newest event times that differ. */
  static final class NewestTimes implements Accumulator {
    private static final long NONE = Long.MIN_VALUE;

    private long newest = NONE;
    private long before = NONE;

    /**
     * Seconds from the newest time before t to t, or why there are none; 0 where both kept times
     * lie at t or behind it, as only a tile that reaches beyond t can bring about.
     *
     * @param unitsPerSecond how many of the times' units a second has
     */
    Object secondsSince(long t, double unitsPerSecond) {
      if (newest == NONE || (newest >= t && before == NONE)) {
        return NullReason.NO_EVENT;
      }
      long last = newest < t ? newest : before;
      return last >= t ? 0.0 : (t - last) / unitsPerSecond;
    }

    @Override
    public void clear() {
      newest = NONE;
      before = NONE;
    }

    @Override
    public void add(InputValue input) {
      add(input.time);
    }

    @Override
    public void merge(Accumulator other) {
      NewestTimes more = (NewestTimes) other;
      add(more.newest);
      add(more.before);
    }

    private void add(long time) {
      if (time > newest) {
        before = newest;
        newest = time;
      } else if (time < newest && time > before) {
        before = time;
      }
    }

    @Override
    public void write(StateWriter out, long base) {
      out.putZigzag(newest - base);
      out.putVarint(before == NONE ? 0 : newest - before);
    }

    @Override
    public void read(StateReader in, long base) {
      newest = base + in.takeZigzag();
      long distance = in.takeVarint();
      before = distance == 0 ? NONE : newest - distance;
    }
  }
}

package io.leat.features.engine;

import org.jspecify.annotations.Nullable;

/** The two newest event times that differ. */
final class TimesAccumulator implements Accumulator {
  private static final long NONE = Long.MIN_VALUE;

  private long newest = NONE;
  private long before = NONE;

  /**
   * Seconds from the newest time before t to t. Null where there is none; 0 where both kept times
   * lie at t or behind it, as only a tile that reaches beyond t can bring about.
   *
   * @param unitsPerSecond how many of the times' units a second has
   */
  @Nullable Double secondsSince(long t, double unitsPerSecond) {
    if (newest == NONE || (newest >= t && before == NONE)) {
      return null;
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
  public void add(Occurrence occurrence) {
    add(occurrence.time);
  }

  @Override
  public void merge(Accumulator other) {
    TimesAccumulator more = (TimesAccumulator) other;
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

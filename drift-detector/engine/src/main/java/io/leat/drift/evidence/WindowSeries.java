package io.leat.drift.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A statistic of windows in their order. Values are single precision on purpose: a profile keeps
 * them so, and a live window must tie with a reference window that is like it. Immutable.
 */
public final class WindowSeries {
  private final long[] windows;
  private final float[] values;

  private WindowSeries(long[] windows, float[] values) {
    this.windows = windows;
    this.values = values;
  }

  /**
   * @param windows numbers of windows (start divided by length), ascending
   * @param values one a window
   */
  public static WindowSeries of(List<Long> windows, List<Float> values) {
    if (windows.size() != values.size()) {
      throw new IllegalArgumentException(
          "%d windows and %d values; expected as many".formatted(windows.size(), values.size()));
    }
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.get(i);
    }
    return new WindowSeries(windows.stream().mapToLong(Long::longValue).toArray(), numbers);
  }

  /** Puts a series together, window after window. */
  public static final class Builder {
    private final List<Long> windows = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();

    /**
     * @param window number of the window, greater than that before
     */
    public Builder add(long window, double value) {
      windows.add(window);
      values.add((float) value);
      return this;
    }

    public WindowSeries build() {
      return of(windows, values);
    }
  }

  /** Windows in the series. */
  public int size() {
    return values.length;
  }

  long window(int i) {
    return windows[i];
  }

  float value(int i) {
    return values[i];
  }

  /** Numbers of the windows, ascending. */
  public List<Long> windows() {
    return Arrays.stream(windows).boxed().toList();
  }

  public List<Float> values() {
    List<Float> list = new ArrayList<>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  /** The values, in the windows' order. */
  public double[] toArray() {
    double[] array = new double[values.length];
    Arrays.setAll(array, i -> values[i]);
    return array;
  }

  /**
   * Each value's rank among those of its season: the mean rank of ties, divided by one more than
   * there are of the season; in (0, 1).
   *
   * @param seasons number of seasons; 1 for none
   */
  double[] ranks(int seasons) {
    Map<Long, List<Integer>> bySeason = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      bySeason.computeIfAbsent(season(windows[i], seasons), s -> new ArrayList<>()).add(i);
    }
    double[] ranks = new double[values.length];
    for (List<Integer> places : bySeason.values()) {
      places.sort((a, b) -> Float.compare(values[a], values[b]));
      for (int from = 0, to; from < places.size(); from = to) {
        float value = values[places.get(from)];
        for (to = from; to < places.size() && values[places.get(to)] == value; to++) {}
        for (int i = from; i < to; i++) {
          ranks[places.get(i)] = (from + (to - from + 1) / 2.0) / (places.size() + 1);
        }
      }
    }
    return ranks;
  }

  /** The season that a window lies in: 0 to {@code seasons} - 1. */
  static long season(long window, int seasons) {
    return Math.floorMod(window, (long) seasons);
  }
}

package io.leat.scoring;

import java.util.List;

/** By how much the memory of a process that swaps models grows once it has settled. */
final class SettledMemory {
  /** What a process holds of native memory is settled after so many swaps. */
  private static final int SETTLED = 50;

  /**
   * What {@link #growth} is less than where sessions are closed. {@link NativeMemoryIT} has a twin
   * that leaks: of the sessions of 900 swaps it would hold 100 MB, a quarter of the process.
   */
  static final double GROWN = 1.05;

  private SettledMemory() {}

  /**
   * The median of the last swaps by that of the first ones after it had settled.
   *
   * @param resident kilobytes after each swap
   */
  static double growth(List<Long> resident) {
    int swaps = resident.size();
    if (swaps < 4 * SETTLED) {
      throw new IllegalArgumentException(
          "%d swaps; expected %d at least".formatted(swaps, 4 * SETTLED));
    }
    return median(resident.subList(swaps - SETTLED, swaps))
        / median(resident.subList(SETTLED, 2 * SETTLED));
  }

  private static double median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}

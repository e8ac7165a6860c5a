package io.leat.features.engine;

import java.util.Arrays;
import java.util.List;

/**
 * The tiles of one key of one view, decoded: sparse, ascending by index, in parallel arrays that
 * are used again for the next key. One thread's.
 *
 * <p>A <em>cell</em> is what one tile holds of one measure: {@code cell = tile * measures + m}. A
 * tile exists only where at least one of its cells has a value.
 */
final class Tiles {
  /** Accumulators of each cell. */
  final List<Measure> measures;

  private final int width;

  /** Number of tiles. */
  int size;

  long[] index = new long[16];
  long[] count;
  double[] min;
  double[] max;

  /** Where in {@link #components} the cell's sum begins. */
  int[] sumStart;

  /** How many components the cell's sum has; its expansion is canonical. */
  int[] sumLength;

  double[] components = new double[64];
  private int componentsUsed;
  private final ExactSum scratch = new ExactSum();

  Tiles(List<Measure> measures) {
    this.measures = measures;
    this.width = measures.size();
    int cells = index.length * width;
    this.count = new long[cells];
    this.min = new double[cells];
    this.max = new double[cells];
    this.sumStart = new int[cells];
    this.sumLength = new int[cells];
  }

  void clear() {
    size = 0;
    componentsUsed = 0;
  }

  int cell(int tile, int measure) {
    return tile * width + measure;
  }

  /** The first tile whose index is greater than a limit; {@link #size} where there is none. */
  int firstAfter(long limit) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (index[middle] > limit) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Appends an empty tile; its index is greater than every other's. */
  int append(long tileIndex) {
    insert(size, tileIndex);
    return size - 1;
  }

  /** Makes a cell hold one value alone. */
  void set(int cell, double value) {
    count[cell] = 1;
    min[cell] = value;
    max[cell] = value;
    int start = reserveSum();
    components[start] = value;
    setSum(cell, start, value == 0 ? 0 : 1);
  }

  /** Room in {@link #components} for one sum; {@link #setSum} says how much of it was needed. */
  int reserveSum() {
    if (components.length - componentsUsed < ExactSum.MAX_COMPONENTS) {
      components = Arrays.copyOf(components, components.length * 2);
    }
    return componentsUsed;
  }

  void setSum(int cell, int start, int length) {
    sumStart[cell] = start;
    sumLength[cell] = length;
    componentsUsed = start + length;
  }

  /**
   * Folds an event into its tile.
   *
   * @param values one a measure; NaN where the measure passes the event over
   */
  void fold(long tileIndex, double[] values) {
    if (!hasValue(values)) {
      return;
    }
    int tile = firstAfter(tileIndex) - 1;
    if (tile < 0 || index[tile] != tileIndex) {
      insert(++tile, tileIndex);
    }
    for (int m = 0; m < width; m++) {
      if (!Double.isNaN(values[m])) {
        fold(measures.get(m), cell(tile, m), values[m]);
      }
    }
  }

  private void fold(Measure measure, int cell, double value) {
    if (count[cell] == 0) {
      set(cell, value);
      return;
    }
    count[cell]++;
    min[cell] = Math.min(min[cell], value);
    max[cell] = Math.max(max[cell], value);
    if (!measure.sum()) {
      return;
    }
    scratch.clear();
    scratch.add(components, sumStart[cell], sumLength[cell]);
    scratch.add(value);
    int start = reserveSum();
    setSum(cell, start, scratch.canonical(components, start));
  }

  private static boolean hasValue(double[] values) {
    for (double value : values) {
      if (!Double.isNaN(value)) {
        return true;
      }
    }
    return false;
  }

  private void insert(int tile, long tileIndex) {
    if (size == index.length) {
      grow();
    }
    int after = size - tile;
    System.arraycopy(index, tile, index, tile + 1, after);
    int from = cell(tile, 0);
    int to = cell(tile + 1, 0);
    int cells = after * width;
    System.arraycopy(count, from, count, to, cells);
    System.arraycopy(min, from, min, to, cells);
    System.arraycopy(max, from, max, to, cells);
    System.arraycopy(sumStart, from, sumStart, to, cells);
    System.arraycopy(sumLength, from, sumLength, to, cells);
    index[tile] = tileIndex;
    Arrays.fill(count, from, to, 0);
    Arrays.fill(sumLength, from, to, 0);
    size++;
  }

  private void grow() {
    int tiles = size * 2;
    index = Arrays.copyOf(index, tiles);
    count = Arrays.copyOf(count, tiles * width);
    min = Arrays.copyOf(min, tiles * width);
    max = Arrays.copyOf(max, tiles * width);
    sumStart = Arrays.copyOf(sumStart, tiles * width);
    sumLength = Arrays.copyOf(sumLength, tiles * width);
  }
}

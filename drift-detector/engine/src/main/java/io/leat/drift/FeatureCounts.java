package io.leat.drift;

import io.leat.schemas.NullReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a window keeps of one stream: how many values fell into each cell of the reference
 * distribution, and how many were null, by reason. Its size depends on the reference alone. Not
 * thread-safe.
 */
public final class FeatureCounts {
  private static final long[] NOTHING = {};

  private final int size;

  /** Nothing until the first value comes: of many segments a window may hold few. */
  private long[] cells = NOTHING;

  private final Map<NullReason, Long> nulls = new EnumMap<>(NullReason.class);
  private final long[] sums;
  private final Optional<EmbeddingSample> sample;
  private long values;

  FeatureCounts(int cells) {
    this(cells, 0, false);
  }

  /**
   * @param dimensions of embeddings; 0 of all else
   * @param draws whether some embeddings are kept
   */
  FeatureCounts(int cells, int dimensions, boolean draws) {
    this.size = cells;
    this.sums = new long[dimensions];
    this.sample = draws ? Optional.of(new EmbeddingSample()) : Optional.empty();
  }

  /** Some embeddings; empty where none are to be kept. */
  Optional<EmbeddingSample> sample() {
    return sample;
  }

  /** The sums of embeddings' numbers, as {@link EmbeddingReference} counts them; may be changed. */
  long[] sums() {
    return sums;
  }

  void add(int cell) {
    add(cell, 1);
  }

  void add(int cell, long count) {
    if (cells == NOTHING) {
      cells = new long[size];
    }
    cells[cell] += count;
    values += count;
  }

  /** Adds all that another of the same reference has counted. */
  void add(FeatureCounts other) {
    for (int cell = 0; cell < other.cells.length; cell++) {
      if (other.cells[cell] > 0) {
        add(cell, other.cells[cell]);
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] += other.sums[i];
    }
    sample.ifPresent(own -> other.sample.ifPresent(own::add));
    other.nulls.forEach(this::addNulls);
  }

  /**
   * Takes out what was {@linkplain #add(FeatureCounts) added}; not of the embeddings that are kept,
   * of which others would have been drawn.
   */
  void remove(FeatureCounts other) {
    for (int cell = 0; cell < other.cells.length; cell++) {
      cells[cell] -= other.cells[cell];
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] -= other.sums[i];
    }
    values -= other.values;
    other.nulls.forEach((reason, count) -> addNulls(reason, -count));
  }

  /** Whether it holds no value that is not null. */
  boolean isEmpty() {
    return values == 0;
  }

  void addNulls(NullReason reason, long count) {
    nulls.merge(reason, count, Long::sum);
  }

  long cell(int index) {
    return cells == NOTHING ? 0 : cells[index];
  }

  int cells() {
    return size;
  }

  /** Values that are not null. */
  public long values() {
    return values;
  }

  /** Values that are null, for whatever reason. */
  public long nulls() {
    long all = 0;
    for (long count : nulls.values()) {
      all += count;
    }
    return all;
  }

  /** Values that are null for a reason. */
  public long nulls(NullReason reason) {
    return nulls.getOrDefault(reason, 0L);
  }

  /**
   * Values that are null because they are not known, and not for want of data. Where no reason was
   * given, a null counts as data.
   */
  public long unknown() {
    long unknown = 0;
    for (NullReason reason : nulls.keySet()) {
      unknown += isUnknown(reason) ? nulls(reason) : 0;
    }
    return unknown;
  }

  static boolean isUnknown(NullReason reason) {
    return reason.isUnknown() && reason != NullReason.UNSTATED;
  }

  /** By the reasons' texts, how many values are null for each that there is. */
  Map<String, Long> nullsByReason() {
    Map<String, Long> byReason = new TreeMap<>();
    nulls.forEach(
        (reason, count) -> {
          if (count > 0) {
            byReason.put(reason.text(), count);
          }
        });
    return byReason;
  }
}

package io.leat.ingestion.duplicates;

import java.util.ArrayList;
import java.util.List;

/**
 * Ids that may have been added: a Bloom filter that grows. It never denies an id that was added,
 * and takes one in a thousand for added that was not. Not thread-safe.
 *
 * <p>A chain of filters, each of four times the ids of the one before it, in blocks of 64 bytes so
 * that a look-up costs a cache line a filter (Putze, Sanders, Singler 2007, "Cache-, hash- and
 * space-efficient Bloom filters"). 2.5 bytes an id that there is room for; full at 5.6 million,
 * from where on every id may have been added.
 */
final class IdFilter {
  /** Ids of the first filter, the greatest number that divides the room of every chain. */
  static final int FIRST_IDS = 1 << 16;

  private static final int BITS_PER_ID = 20;
  private static final int LONGS_PER_BLOCK = 8;

  /** Nine bits of a hash each: 3 for the long of a block and 6 for its bit. */
  private static final int BITS_SET = 7;

  private final int mostFilters;
  private final List<long[]> filters = new ArrayList<>();
  private int room;

  /**
   * @param mostFilters how long the chain may become: with 4 it takes 5.6 million ids and 14 MB
   */
  IdFilter(int mostFilters) {
    this.mostFilters = mostFilters;
  }

  /** Whether there is no room left. */
  boolean isFull() {
    return room == 0 && filters.size() == mostFilters;
  }

  /**
   * Adds an id.
   *
   * @throws IllegalStateException if it is full
   */
  void add(IdHash id) {
    if (isFull()) {
      throw new IllegalStateException("the filter is full");
    }
    if (room == 0) {
      room = FIRST_IDS << 2 * filters.size();
      filters.add(new long[room / Long.SIZE * BITS_PER_ID]);
    }
    room--;
    long[] filter = filters.get(filters.size() - 1);
    int block = block(id.high(), filter);
    for (int i = 0; i < BITS_SET; i++) {
      filter[block + longOf(id.low(), i)] |= 1L << bitOf(id.low(), i);
    }
  }

  /** Whether an id may have been added; false only if it was not. */
  boolean mayHold(IdHash id) {
    for (long[] filter : filters) {
      if (mayHold(filter, id)) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayHold(long[] filter, IdHash id) {
    int block = block(id.high(), filter);
    for (int i = 0; i < BITS_SET; i++) {
      if ((filter[block + longOf(id.low(), i)] >>> bitOf(id.low(), i) & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  /** The upper 32 bits choose the block. */
  private static int block(long high, long[] filter) {
    long blocks = filter.length / LONGS_PER_BLOCK;
    return (int) ((high >>> 32) * blocks >>> 32) * LONGS_PER_BLOCK;
  }

  private static int longOf(long low, int i) {
    return (int) (low >>> 9 * i) & (LONGS_PER_BLOCK - 1);
  }

  private static int bitOf(long low, int i) {
    return (int) (low >>> 9 * i + 3) & (Long.SIZE - 1);
  }
}

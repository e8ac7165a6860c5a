package io.leat.ingestion.duplicates;

import java.util.ArrayList;
import java.util.List;

/**
 * Ids that may have been added: a Bloom filter that grows. It never denies an id that was added,
 * and takes one in a hundred for added that was not. Not thread-safe.
 *
 * <p>A chain of filters, each of four times the ids of the one before it, in blocks of 64 bytes so
 * that a look-up costs a cache line a filter (Putze, Sanders, Singler 2007, "Cache-, hash- and
 * space-efficient Bloom filters"). 1.5 bytes an id that there is room for; full at 5 million, from
 * where on every id may have been added.
 */
final class IdFilter {
  private static final int FIRST_IDS = 1 << 14;
  private static final int MOST_FILTERS = 5; // together 5.6 million ids, in 8 MB
  private static final int BITS_PER_ID = 12;
  private static final int LONGS_PER_BLOCK = 8;
  private static final int BITS_SET = 6;

  private final List<long[]> filters = new ArrayList<>();
  private int room;
  private boolean full;

  /** Adds an id, by its {@link #hash}. */
  void add(long hash) {
    if (room == 0) {
      full = filters.size() == MOST_FILTERS;
      if (full) {
        return;
      }
      room = FIRST_IDS << 2 * filters.size();
      filters.add(new long[room / Long.SIZE * BITS_PER_ID]);
    }
    room--;
    long[] filter = filters.get(filters.size() - 1);
    int block = block(hash, filter);
    for (int i = 0; i < BITS_SET; i++) {
      filter[block + longOf(hash, i)] |= 1L << bitOf(hash, i);
    }
  }

  /** Whether the id of a hash may have been added; false only if it was not. */
  boolean mayHold(long hash) {
    if (full) {
      return true;
    }
    for (long[] filter : filters) {
      if (mayHold(filter, hash)) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayHold(long[] filter, long hash) {
    int block = block(hash, filter);
    for (int i = 0; i < BITS_SET; i++) {
      if ((filter[block + longOf(hash, i)] >>> bitOf(hash, i) & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  /** The upper 32 bits choose the block. */
  private static int block(long hash, long[] filter) {
    long blocks = filter.length / LONGS_PER_BLOCK;
    return (int) ((hash >>> 32) * blocks >>> 32) * LONGS_PER_BLOCK;
  }

  /** The bits within the block: nine of a second mix for each, 3 for the long and 6 for its bit. */
  private static int longOf(long hash, int i) {
    return (int) (spread(hash) >>> 9 * i) & (LONGS_PER_BLOCK - 1);
  }

  private static int bitOf(long hash, int i) {
    return (int) (spread(hash) >>> 9 * i + 3) & (Long.SIZE - 1);
  }

  private static long spread(long hash) {
    return mixed(hash + 0x9E3779B97F4A7C15L);
  }

  /** 32 bits of the text, spread over 64: two ids that share them cost a look-up, no more. */
  static long hash(String id) {
    return mixed(id.hashCode());
  }

  /** The finaliser of SplitMix64. */
  private static long mixed(long number) {
    long z = (number ^ number >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}

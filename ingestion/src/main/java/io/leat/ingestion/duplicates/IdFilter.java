package io.leat.ingestion.duplicates;

/**
 * Ids that may have been added: a Bloom filter. It never denies an id that was added, and takes one
 * in a thousand for added that was not. Not thread-safe.
 *
 * <p>It lies in blocks of 64 bytes, so that an id costs one cache line (Putze, Sanders, Singler
 * 2007, "Cache-, hash- and space-efficient Bloom filters"): 2.5 bytes an id that there is room for.
 */
final class IdFilter {
  private static final int BITS_PER_ID = 20;
  private static final int LONGS_PER_BLOCK = 8;

  /** Nine bits of a hash each: 3 for the long of a block and 6 for its bit. */
  private static final int BITS_SET = 7;

  private final long[] bits;
  private final long blocks;
  private int room;

  /**
   * @param ids how many can be added; a multiple of 512
   */
  IdFilter(int ids) {
    this.bits = new long[Math.multiplyExact(ids / Long.SIZE, BITS_PER_ID)];
    this.blocks = bits.length / LONGS_PER_BLOCK;
    this.room = ids;
  }

  /** Whether there is no room left. */
  boolean isFull() {
    return room == 0;
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
    room--;
    int block = block(id.high());
    for (int i = 0; i < BITS_SET; i++) {
      bits[block + longOf(id.low(), i)] |= 1L << bitOf(id.low(), i);
    }
  }

  /**
   * Whether an id may have been added; false only if it was not. All bits are looked at: a branch
   * at each would be foretold wrongly, and have what follows wait until the block has come from
   * memory.
   */
  boolean mayHold(IdHash id) {
    int block = block(id.high());
    long all = 1;
    for (int i = 0; i < BITS_SET; i++) {
      all &= bits[block + longOf(id.low(), i)] >>> bitOf(id.low(), i);
    }
    return all != 0;
  }

  /** The upper 32 bits choose the block. */
  private int block(long high) {
    return (int) ((high >>> 32) * blocks >>> 32) * LONGS_PER_BLOCK;
  }

  private static int longOf(long low, int i) {
    return (int) (low >>> 9 * i) & (LONGS_PER_BLOCK - 1);
  }

  private static int bitOf(long low, int i) {
    return (int) (low >>> 9 * i + 3) & (Long.SIZE - 1);
  }
}

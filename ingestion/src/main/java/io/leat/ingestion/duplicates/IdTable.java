package io.leat.ingestion.duplicates;

import java.util.Arrays;

/**
 * Ids and the times of their events, in the order in which they came. O(1) an id, 32 to 64 bytes
 * each. Not thread-safe.
 */
final class IdTable {
  private static final int FIRST_CAPACITY = 64;

  /** Of an entry: both halves of the hash, the event's time. */
  private static final int LONGS = 3;

  private long[] entries = new long[FIRST_CAPACITY * LONGS];

  /** Open addressing by hash, at most half full: the number of an entry, from 1; 0 is free. */
  private int[] slots = new int[2 * FIRST_CAPACITY];

  private int size;

  int size() {
    return size;
  }

  /** An id, by its place in the order. */
  IdHash id(int entry) {
    return new IdHash(entries[entry * LONGS], entries[entry * LONGS + 1]);
  }

  /** The time of an id's event. */
  long time(int entry) {
    return entries[entry * LONGS + 2];
  }

  void add(IdHash id, long time) {
    int at = size * LONGS;
    if (at == entries.length) {
      grow();
    }
    entries[at] = id.high();
    entries[at + 1] = id.low();
    entries[at + 2] = time;
    size++;
    slots[freeSlot(id.low())] = size;
  }

  /** Whether it holds an id with a time from one to another, both included. */
  boolean holds(IdHash id, long from, long to) {
    for (int slot = firstSlot(id.low()); slots[slot] != 0; slot = next(slot)) {
      int at = (slots[slot] - 1) * LONGS;
      if (entries[at + 1] == id.low()
          && entries[at] == id.high()
          && entries[at + 2] >= from
          && entries[at + 2] <= to) {
        return true;
      }
    }
    return false;
  }

  void clear() {
    size = 0;
    Arrays.fill(slots, 0);
  }

  private void grow() {
    entries = Arrays.copyOf(entries, 2 * entries.length);
    slots = new int[2 * slots.length];
    for (int number = 1; number <= size; number++) {
      slots[freeSlot(id(number - 1).low())] = number;
    }
  }

  private int freeSlot(long low) {
    int slot = firstSlot(low);
    while (slots[slot] != 0) {
      slot = next(slot);
    }
    return slot;
  }

  private int firstSlot(long low) {
    return (int) low & slots.length - 1;
  }

  private int next(int slot) {
    return slot + 1 & slots.length - 1;
  }
}

package io.leat.features.engine;

import io.leat.features.aggregation.InputValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A node of a state: slots in ascending order of time. In a leaf a slot is a tile; in a branch it
 * is a block of tiles, with a child node below it. Mutable; one thread's.
 */
final class Node {
  private static final Slot[] NONE = {};

  /** A tile, or a block of them. */
  static final class Slot {
    final PartialAggregate[] partials;

    /** Index of the tile or the block: that of its first tile, without the node's last bits. */
    long index;

    /** Whether the partial aggregates hold all that lies in it; always so of a tile. */
    boolean summed;

    Slot(PartialAggregate[] partials) {
      this.partials = partials;
    }

    void add(@Nullable InputValue[] inputValues) {
      for (int m = 0; m < partials.length; m++) {
        InputValue inputValue = inputValues[m];
        if (inputValue != null) {
          partials[m].add(inputValue);
        }
      }
    }

    void clear() {
      for (PartialAggregate partial : partials) {
        partial.clear();
      }
    }
  }

  private final AggregationInput[] inputs;

  /** A slot covers 2^shift tiles; 0 of a leaf. */
  int shift;

  /** Newest event time of a leaf. */
  long newest;

  int size;
  private Slot[] slots = NONE;

  /** What was dropped of the state, of a root whose view has a lifetime window; else null. */
  PartialAggregate @Nullable [] past;

  /**
   * Index of the newest tile that may have been removed before the state was begun, of a root; the
   * smallest long where there is none.
   */
  long lastRemoved = Long.MIN_VALUE;

  Node(AggregationInput[] inputs, int shift) {
    this.inputs = inputs;
    this.shift = shift;
  }

  boolean isLeaf() {
    return shift == 0;
  }

  Slot slot(int place) {
    return slots[place];
  }

  Slot last() {
    return slots[size - 1];
  }

  /** The first tile that a slot covers. */
  long firstTile(Slot slot) {
    return slot.index << shift;
  }

  /** The last tile that a slot covers. */
  long lastTile(Slot slot) {
    return ((slot.index + 1) << shift) - 1;
  }

  /** Makes it an empty node, its slots kept for reuse. */
  void clear(int newShift) {
    shift = newShift;
    size = 0;
    newest = Long.MIN_VALUE;
    past = null;
    lastRemoved = Long.MIN_VALUE;
  }

  /** Place of the slot with an index, or the complement of the place where it would stand. */
  int find(long index) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = slots[middle].index;
      if (found < index) {
        low = middle + 1;
      } else if (found > index) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return ~low;
  }

  /** Inserts an empty slot, not summed. */
  Slot insert(int place, long index) {
    if (size == slots.length) {
      slots = Arrays.copyOf(slots, Math.max(8, size * 2));
    }
    Slot spare = slots[size];
    System.arraycopy(slots, place, slots, place + 1, size - place);
    Slot slot = spare == null ? new Slot(PartialAggregate.of(inputs)) : spare;
    slot.clear();
    slot.index = index;
    slot.summed = false;
    slots[place] = slot;
    size++;
    return slot;
  }

  /** Removes the first slots. */
  void removeFirst(int number) {
    if (number == 0) {
      return;
    }
    Slot[] removed = Arrays.copyOf(slots, number);
    System.arraycopy(slots, number, slots, 0, size - number);
    size -= number;
    System.arraycopy(removed, 0, slots, size, number); // kept for reuse
  }

  /** Folds an event into its tile; of a leaf. */
  void add(long tile, long time, @Nullable InputValue[] inputValues) {
    int place = size == 0 || last().index < tile ? ~size : find(tile);
    Slot slot = place < 0 ? insert(~place, tile) : slots[place];
    slot.summed = true;
    slot.add(inputValues);
    newest = Math.max(newest, time);
  }

  /** Merges the slot's partial aggregates into others. */
  static void merge(Slot slot, PartialAggregate[] into) {
    for (int m = 0; m < into.length; m++) {
      into[m].merge(slot.partials[m]);
    }
  }
}

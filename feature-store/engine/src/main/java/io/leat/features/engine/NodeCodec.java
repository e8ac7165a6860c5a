package io.leat.features.engine;

import static java.util.Objects.requireNonNull;

import io.leat.features.aggregation.StateFormatException;
import io.leat.features.aggregation.StateReader;
import io.leat.features.aggregation.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * Nodes as bytes: {@code docs/reference/state-layout.md} describes them. One thread's.
 *
 * <p>Reads layouts 1, in which a state was one leaf, and 2 too, which knew milliseconds alone.
 */
final class NodeCodec {
  /** The layout that this build writes; but see {@link #LAYOUT_WITH_REMOVED}. */
  static final int VERSION = 3;

  /** That of roots that say what was removed before them; the others are of layout 3 still. */
  private static final int LAYOUT_WITH_REMOVED = 4;

  private static final int LAYOUT_OF_ONE_LEAF = 1;
  private static final int LAYOUT_OF_MILLISECONDS = 2;
  private static final int HAS_PAST = 1;
  private static final int IN_MICROSECONDS = 2;
  private static final int HAS_REMOVED = 4;

  private final String view;
  private final AggregationInput[] inputs;
  private final boolean isMicros;
  private final long resolution;
  private final StateReader reader = new StateReader();
  private final StateWriter writer = new StateWriter();

  /**
   * @param view the view's id, for errors
   * @param events whose unit the states' times are in
   * @param resolution length of a tile, in that unit
   */
  NodeCodec(String view, AggregationInput[] inputs, EventIdentity events, long resolution) {
    this.view = view;
    this.inputs = inputs;
    this.isMicros = events.isMicros();
    this.resolution = resolution;
  }

  /** The time at which a tile begins. */
  long beginOf(long tile) {
    return tile * resolution;
  }

  /** Encodes the entry under a key itself: its root. */
  byte[] encodeRoot(Node root) {
    boolean hasRemoved = root.lastRemoved != Long.MIN_VALUE;
    writer.begin();
    writer.putByte(hasRemoved ? LAYOUT_WITH_REMOVED : VERSION);
    PartialAggregate[] past = root.past;
    writer.putByte(
        (past == null ? 0 : HAS_PAST)
            | (isMicros ? IN_MICROSECONDS : 0)
            | (hasRemoved ? HAS_REMOVED : 0));
    if (past != null) {
      for (PartialAggregate partial : past) {
        partial.write(writer, 0);
      }
    }
    if (hasRemoved) {
      writer.putZigzag(root.lastRemoved);
    }
    write(root);
    return writer.end();
  }

  /** Encodes a node below a root. */
  byte[] encode(Node node) {
    writer.begin();
    write(node);
    return writer.end();
  }

  /**
   * Decodes what {@link #encodeRoot} wrote.
   *
   * @throws StateFormatException if the bytes are not a state of this view
   */
  void decodeRoot(byte[] state, Node into) {
    decode(state, into, true);
  }

  /**
   * Decodes what {@link #encode} wrote.
   *
   * @throws StateFormatException if the bytes are not a node of this view
   */
  void decode(byte[] bytes, Node into) {
    decode(bytes, into, false);
  }

  private void decode(byte[] bytes, Node into, boolean root) {
    reader.begin(bytes);
    try {
      into.clear(0);
      if (root) {
        readRoot(into);
      } else {
        read(into);
      }
      if (reader.remaining() != 0) {
        throw malformed(bytes, reader.remaining() + " bytes follow its end", null);
      }
    } catch (IndexOutOfBoundsException e) {
      throw malformed(bytes, "it ends in the middle of a value", e);
    } catch (StateFormatException e) {
      String why = requireNonNull(e.getMessage());
      throw why.startsWith("state of") ? e : malformed(bytes, why, e);
    }
  }

  private void readRoot(Node root) {
    int version = reader.takeByte();
    if (version < LAYOUT_OF_ONE_LEAF || version > LAYOUT_WITH_REMOVED) {
      throw new StateFormatException(
          ("state of view %s begins with layout version %d; this build reads versions up to %d. "
                  + "A newer build of Leat wrote it: run that one, or rebuild the view's state")
              .formatted(view, version, LAYOUT_WITH_REMOVED));
    }
    int flags = version == LAYOUT_OF_ONE_LEAF ? 0 : reader.takeByte();
    boolean inMicros = (flags & IN_MICROSECONDS) != 0;
    boolean hasRemoved = (flags & HAS_REMOVED) != 0;
    if ((version <= LAYOUT_OF_MILLISECONDS && inMicros)
        || (version < LAYOUT_WITH_REMOVED && hasRemoved)) {
      throw new StateFormatException("its layout has no flags " + flags);
    }
    if (inMicros != isMicros) {
      throw new StateFormatException(
          ("state of view %s has event times in %s (layout version %d), and its event's contract "
                  + "has %s, so that their order is not known. Give the view a new version, and "
                  + "'backfill: true' to take its history from the offline tables")
              .formatted(view, unit(inMicros), version, unit(isMicros)));
    }
    if ((flags & HAS_PAST) != 0) {
      root.past = PartialAggregate.of(inputs);
      for (PartialAggregate partial : root.past) {
        partial.read(reader, 0);
      }
    }
    if (hasRemoved) {
      root.lastRemoved = reader.takeZigzag();
    }
    if (version == LAYOUT_OF_ONE_LEAF) {
      readLeaf(root);
    } else {
      read(root);
    }
  }

  private static String unit(boolean micros) {
    return micros ? "microseconds" : "milliseconds";
  }

  private void write(Node node) {
    writer.putByte(node.shift);
    if (node.isLeaf()) {
      writeLeaf(node);
    } else {
      writeBranch(node);
    }
  }

  private void read(Node node) {
    int shift = reader.takeByte();
    if (shift > Long.SIZE - 1) {
      throw new StateFormatException("a block in it claims 2^" + shift + " tiles");
    }
    node.shift = shift;
    if (node.isLeaf()) {
      readLeaf(node);
    } else {
      readBranch(node);
    }
  }

  private void writeLeaf(Node leaf) {
    writer.putZigzag(leaf.newest);
    writer.putVarint(leaf.size);
    long previous = Math.floorDiv(leaf.newest, resolution);
    for (int i = 0; i < leaf.size; i++) {
      Node.Slot tile = leaf.slot(i);
      writer.putVarint(i == 0 ? previous - tile.index : tile.index - previous);
      previous = tile.index;
      writeCells(tile, leaf);
    }
  }

  private void readLeaf(Node leaf) {
    leaf.newest = reader.takeZigzag();
    int size = reader.takeCount(1 + inputs.length);
    long previous = Math.floorDiv(leaf.newest, resolution);
    for (int i = 0; i < size; i++) {
      long distance = reader.takeVarint();
      previous = i == 0 ? previous - distance : previous + distance;
      Node.Slot tile = leaf.insert(i, previous);
      tile.summed = true;
      readCells(tile, leaf);
    }
  }

  private void writeBranch(Node branch) {
    writer.putVarint(branch.size);
    long previous = 0;
    for (int i = 0; i < branch.size; i++) {
      Node.Slot block = branch.slot(i);
      writer.putZigzag(block.index - previous);
      previous = block.index;
      writer.putByte(block.summed ? 1 : 0);
      if (block.summed) {
        writeCells(block, branch);
      }
    }
  }

  private void readBranch(Node branch) {
    int size = reader.takeCount(2);
    long previous = 0;
    for (int i = 0; i < size; i++) {
      previous += reader.takeZigzag();
      Node.Slot block = branch.insert(i, previous);
      block.summed = reader.takeByte() == 1;
      if (block.summed) {
        readCells(block, branch);
      }
    }
  }

  private void writeCells(Node.Slot slot, Node node) {
    long base = beginOf(node.firstTile(slot));
    for (PartialAggregate partial : slot.partials) {
      partial.write(writer, base);
    }
  }

  private void readCells(Node.Slot slot, Node node) {
    long base = beginOf(node.firstTile(slot));
    for (PartialAggregate partial : slot.partials) {
      partial.read(reader, base);
    }
  }

  private StateFormatException malformed(
      byte[] state, String found, @Nullable RuntimeException cause) {
    StateFormatException malformed =
        new StateFormatException(
            "state of view %s (%d bytes) is damaged or of another definition: %s"
                .formatted(view, state.length, found));
    if (cause != null) {
      malformed.initCause(cause);
    }
    return malformed;
  }
}

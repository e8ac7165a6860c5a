package io.leat.features.engine;

import java.util.List;

/**
 * State of one key of one view, as bytes: {@code docs/reference/state-layout.md} describes them.
 * One thread's.
 */
final class StateCodec {
  /** The layout that this build writes, and the only one that it reads. */
  static final int VERSION = 1;

  private final String view;
  private final List<Measure> measures;
  private final StateReader reader = new StateReader();
  private final StateWriter writer = new StateWriter();

  /**
   * @param view the view's id, for errors
   */
  StateCodec(String view, List<Measure> measures) {
    this.view = view;
    this.measures = measures;
  }

  /**
   * Decodes a state into tiles.
   *
   * @param resolution length of a tile in milliseconds
   * @return the key's newest event time
   * @throws StateFormatException if the bytes are not a state of this view in this layout
   */
  long decode(byte[] state, long resolution, Tiles tiles) {
    tiles.clear();
    reader.begin(state);
    try {
      long newest = takeHeader();
      long tileCount = reader.takeVarint();
      // A tile takes at least a byte for its index and one for each count.
      if (tileCount < 0 || tileCount > reader.remaining() / (1 + measures.size())) {
        throw malformed(state, "it claims " + Long.toUnsignedString(tileCount) + " tiles");
      }
      long previous = Math.floorDiv(newest, resolution);
      for (int i = 0; i < tileCount; i++) {
        long distance = reader.takeVarint();
        long tileIndex = i == 0 ? previous - distance : previous + distance;
        int tile = tiles.append(tileIndex);
        previous = tileIndex;
        for (int m = 0; m < measures.size(); m++) {
          decode(measures.get(m), tiles, tiles.cell(tile, m), state);
        }
      }
      if (reader.remaining() != 0) {
        throw malformed(state, reader.remaining() + " bytes follow its last tile");
      }
      return newest;
    } catch (IndexOutOfBoundsException e) {
      throw truncated(state, e);
    }
  }

  /** The key's newest event time; throws as {@link #decode} does, of the header alone. */
  long newest(byte[] state) {
    reader.begin(state);
    try {
      return takeHeader();
    } catch (IndexOutOfBoundsException e) {
      throw truncated(state, e);
    }
  }

  private long takeHeader() {
    int version = reader.takeByte();
    if (version != VERSION) {
      throw new StateFormatException(
          ("state of view %s begins with layout version %d; this build reads version %d. "
                  + "A newer build of Leat wrote it: run that one, or rebuild the view's state")
              .formatted(view, version, VERSION));
    }
    return reader.takeZigzag();
  }

  private void decode(Measure measure, Tiles tiles, int cell, byte[] state) {
    long count = reader.takeVarint();
    tiles.count[cell] = count;
    if (count == 0 || !measure.hasNumbers()) {
      return;
    }
    if (count == 1) {
      tiles.set(cell, reader.takeDouble());
      return;
    }
    if (measure.sum()) {
      int length = reader.takeByte();
      if (length > ExactSum.MAX_COMPONENTS) {
        throw malformed(state, "a sum in it claims " + length + " components");
      }
      int start = tiles.reserveSum();
      for (int i = 0; i < length; i++) {
        tiles.components[start + i] = reader.takeDouble();
      }
      tiles.setSum(cell, start, length);
    }
    if (measure.min()) {
      tiles.min[cell] = reader.takeDouble();
    }
    if (measure.max()) {
      tiles.max[cell] = reader.takeDouble();
    }
  }

  /**
   * Encodes tiles from the given one on.
   *
   * @param newest the key's newest event time
   */
  byte[] encode(long newest, long resolution, Tiles tiles, int firstTile) {
    writer.begin();
    writer.putByte(VERSION);
    writer.putZigzag(newest);
    writer.putVarint(tiles.size - firstTile);
    for (int tile = firstTile; tile < tiles.size; tile++) {
      writer.putVarint(
          tile == firstTile
              ? Math.floorDiv(newest, resolution) - tiles.index[tile]
              : tiles.index[tile] - tiles.index[tile - 1]);
      for (int m = 0; m < measures.size(); m++) {
        encode(measures.get(m), tiles, tiles.cell(tile, m));
      }
    }
    return writer.end();
  }

  private void encode(Measure measure, Tiles tiles, int cell) {
    long count = tiles.count[cell];
    writer.putVarint(count);
    if (count == 0 || !measure.hasNumbers()) {
      return;
    }
    if (count == 1) {
      // Sum, minimum and maximum of one value are that value: it is kept once.
      writer.putDouble(tiles.min[cell]);
      return;
    }
    if (measure.sum()) {
      int length = tiles.sumLength[cell];
      writer.putByte(length);
      for (int i = 0; i < length; i++) {
        writer.putDouble(tiles.components[tiles.sumStart[cell] + i]);
      }
    }
    if (measure.min()) {
      writer.putDouble(tiles.min[cell]);
    }
    if (measure.max()) {
      writer.putDouble(tiles.max[cell]);
    }
  }

  private StateFormatException truncated(byte[] state, IndexOutOfBoundsException cause) {
    StateFormatException truncated = malformed(state, "it ends in the middle of a value");
    truncated.initCause(cause);
    return truncated;
  }

  private StateFormatException malformed(byte[] state, String found) {
    return new StateFormatException(
        "state of view %s (%d bytes) is damaged or of another definition: %s"
            .formatted(view, state.length, found));
  }
}

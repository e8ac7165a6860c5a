package io.leat.features.server;

import io.leat.features.engine.ViewEngine;
import io.leat.features.online.backfill.BackfillState;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Names of what each partition of a view's store says once, about all of its keys: how far its
 * backfill is, and up to when it has removed idle keys. The stores of all partitions are one here,
 * so that the partition's number (4 bytes, big-endian) is put behind such a name. Stateless.
 */
final class PartitionEntries {
  private static final byte NO_KEY_BEGINS_SO = (byte) 0xFF;
  private static final byte[] BACKFILL = BackfillState.name();
  private static final byte[] REMOVED = ViewEngine.nameOfRemoved();

  private PartitionEntries() {}

  /** Whether each partition of a store has its own entry of that name. */
  static boolean isOne(byte[] name) {
    return name.length > 0
        && name[0] == NO_KEY_BEGINS_SO
        && (Arrays.equals(name, REMOVED) || Arrays.equals(name, BACKFILL));
  }

  /**
   * The name here of an entry of a store.
   *
   * @param name as the partition's store and its changelog have it
   */
  static byte[] nameHere(byte[] name, int partition) {
    return isOne(name)
        ? ByteBuffer.allocate(name.length + Integer.BYTES).put(name).putInt(partition).array()
        : name;
  }
}

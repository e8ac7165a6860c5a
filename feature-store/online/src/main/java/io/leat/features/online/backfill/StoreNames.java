package io.leat.features.online.backfill;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * Names in a view's store that are neither those of keys nor of parts of their states: they begin
 * with the bytes FF FE. Keys are UTF-8, in which neither byte occurs; a part's name goes on behind
 * FF with its key, or, where that is empty, with FF again.
 *
 * <pre>
 * FF FE 00                        how far the backfill is
 * FF FE 01, run (8 bytes), name   an entry of a run that is not in its place yet
 * FF FE 02, number (8 bytes)      an event that is kept aside, in the order of arrival
 * </pre>
 */
final class StoreNames {
  private static final byte STATE = 0;
  private static final byte STAGED = 1;
  private static final byte KEPT = 2;
  private static final byte BEYOND = 3;
  private static final int PREFIX = 3;

  private StoreNames() {}

  static byte[] state() {
    return prefix(STATE).array();
  }

  static Bytes staged(long run, byte[] name) {
    return Bytes.wrap(prefix(STAGED, Long.BYTES + name.length).putLong(run).put(name).array());
  }

  static Bytes kept(long number) {
    return Bytes.wrap(prefix(KEPT, Long.BYTES).putLong(number).array());
  }

  /** Before every staged entry and every kept event. */
  static Bytes first() {
    return Bytes.wrap(prefix(STAGED).array());
  }

  /** Behind every kept event. */
  static Bytes beyond() {
    return Bytes.wrap(prefix(BEYOND).array());
  }

  /** Behind every key, and before all that is none. */
  static Bytes beyondKeys() {
    return Bytes.wrap(new byte[] {(byte) 0xFF});
  }

  static boolean isStaged(Bytes name) {
    return name.get()[PREFIX - 1] == STAGED;
  }

  static long runOf(Bytes staged) {
    return ByteBuffer.wrap(staged.get(), PREFIX, Long.BYTES).getLong();
  }

  static byte[] nameOf(Bytes staged) {
    return Arrays.copyOfRange(staged.get(), PREFIX + Long.BYTES, staged.get().length);
  }

  static long numberOf(Bytes kept) {
    return ByteBuffer.wrap(kept.get(), PREFIX, Long.BYTES).getLong();
  }

  private static ByteBuffer prefix(byte kind) {
    return prefix(kind, 0);
  }

  private static ByteBuffer prefix(byte kind, int more) {
    return ByteBuffer.allocate(PREFIX + more).put((byte) 0xFF).put((byte) 0xFE).put(kind);
  }
}

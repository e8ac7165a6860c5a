package io.leat.features.online.backfill;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * An event that a waiting view keeps aside: all that folding it takes.
 *
 * <p>Binary form, all numbers big-endian: byte 2, the version of this form; int partition; long
 * offset; then key and event, each an int length and its bytes. Version 1 has between them the
 * event's time and id, which stand in the event too: behind the offset a long, behind the key an
 * int length and its bytes.
 *
 * @param key UTF-8 of its entity's key
 * @param event its bytes as they lie on its valid topic
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record KeptEvent(Position position, byte[] key, byte[] event) {
  private static final int VERSION = 2;
  private static final int WITH_IDENTITY = 1;

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(event.length + 64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(position.partition());
      out.writeLong(position.offset());
      for (byte[] part : new byte[][] {key, event}) {
        out.writeInt(part.length);
        out.write(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws LeatException if it is of another version
   */
  static KeptEvent fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version < WITH_IDENTITY || version > VERSION) {
        throw new LeatException(
            ErrorCode.STATE,
            "a kept event of version %d; this release reads versions up to %d"
                .formatted(version, VERSION));
      }
      Position position = new Position(in.readInt(), in.readLong());
      if (version == WITH_IDENTITY) {
        in.skipNBytes(Long.BYTES);
      }
      byte[] key = in.readNBytes(in.readInt());
      if (version == WITH_IDENTITY) {
        in.skipNBytes(in.readInt());
      }
      return new KeptEvent(position, key, in.readNBytes(in.readInt()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }
}

package io.leat.features.online.backfill;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * An event that a waiting view keeps aside: all that folding it takes.
 *
 * <p>Binary form, all numbers big-endian: byte 1, the version of this form; int partition; long
 * offset; long event time; then key, id (UTF-8) and event, each an int length and its bytes.
 *
 * @param key UTF-8 of its entity's key
 * @param eventTime milliseconds since 1970-01-01 UTC
 * @param event its bytes as they lie on its valid topic
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record KeptEvent(
    Position position, byte[] key, String eventId, long eventTime, byte[] event) {
  private static final int VERSION = 1;

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(event.length + 64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(position.partition());
      out.writeLong(position.offset());
      out.writeLong(eventTime);
      for (byte[] part : new byte[][] {key, eventId.getBytes(StandardCharsets.UTF_8), event}) {
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
   * @throws IllegalStateException if it is of another version
   */
  static KeptEvent fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException(
            "a kept event of version %d; this release reads version %d"
                .formatted(version, VERSION));
      }
      Position position = new Position(in.readInt(), in.readLong());
      long eventTime = in.readLong();
      byte[] key = in.readNBytes(in.readInt());
      String eventId = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
      return new KeptEvent(position, key, eventId, eventTime, in.readNBytes(in.readInt()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }
}

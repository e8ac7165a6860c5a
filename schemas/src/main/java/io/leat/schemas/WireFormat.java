package io.leat.schemas;

import java.nio.ByteBuffer;

/**
 * Confluent's framing of an Avro value: one byte 0, the schema's registry id as four bytes
 * big-endian, the Avro binary.
 */
public final class WireFormat {
  public static final byte MAGIC = 0;
  public static final int HEADER_LENGTH = 5;

  private WireFormat() {}

  /** Whether the bytes begin as the format wants: at least five of them, the first 0. */
  public static boolean isFramed(byte[] value) {
    return value.length >= HEADER_LENGTH && value[0] == MAGIC;
  }

  /** The schema id in framed bytes; call {@link #isFramed} first. */
  public static int schemaId(byte[] value) {
    return ByteBuffer.wrap(value, 1, 4).getInt();
  }
}

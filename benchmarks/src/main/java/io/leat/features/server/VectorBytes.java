package io.leat.features.server;

import io.leat.schemas.NullReason;
import java.nio.ByteBuffer;

/**
 * A key's features as a store of ready vectors holds them: the newest event time, a byte a feature
 * that says what it is, and eight bytes a feature.
 */
final class VectorBytes {
  private static final byte NULL = 0;
  private static final byte WHOLE = 1;
  private static final byte REAL = 2;

  private VectorBytes() {}

  static byte[] of(Object[] values, long newest) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + 1 + values.length * (1 + Long.BYTES));
    bytes.putLong(newest).put((byte) values.length);
    for (Object value : values) {
      if (value instanceof Long number) {
        bytes.put(WHOLE).putLong(number);
      } else if (value instanceof Double number) {
        bytes.put(REAL).putDouble(number);
      } else {
        bytes.put(NULL).putLong(0);
      }
    }
    return bytes.array();
  }

  static long newest(byte[] vector) {
    return ByteBuffer.wrap(vector).getLong();
  }

  static Object[] values(byte[] vector) {
    ByteBuffer bytes = ByteBuffer.wrap(vector, Long.BYTES, vector.length - Long.BYTES);
    Object[] values = new Object[bytes.get()];
    for (int i = 0; i < values.length; i++) {
      byte kind = bytes.get();
      long bits = bytes.getLong();
      values[i] =
          kind == NULL
              ? NullReason.UNSTATED
              : kind == WHOLE ? (Object) bits : (Object) Double.longBitsToDouble(bits);
    }
    return values;
  }
}

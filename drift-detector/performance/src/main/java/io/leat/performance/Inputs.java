package io.leat.performance;

import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What a score was made of, as numbers: booleans are 0 and 1, a text is 16 bits of its hash, what
 * is not known is NaN. Between tasks they go along in a header, since few records have them.
 */
final class Inputs {
  /** None. */
  static final float[] NONE = new float[0];

  private static final String HEADER = "inputs";
  private static final int TEXT_BITS = 0xffff;

  private Inputs() {}

  static float[] of(List<? extends @Nullable Object> values) {
    float[] inputs = new float[values.size()];
    for (int i = 0; i < inputs.length; i++) {
      Object value = values.get(i);
      inputs[i] =
          value instanceof Number number
              ? number.floatValue()
              : value instanceof Boolean truth
                  ? (truth ? 1 : 0)
                  : value == null ? Float.NaN : hash(value.toString());
    }
    return inputs;
  }

  private static float hash(String text) {
    return Hashing.murmur3_32_fixed().hashString(text, StandardCharsets.UTF_8).asInt() & TEXT_BITS;
  }

  static Headers header(float[] inputs) {
    Headers headers = new RecordHeaders();
    if (inputs.length > 0) {
      headers.add(HEADER, toBytes(inputs));
    }
    return headers;
  }

  /** {@link #NONE} where a record has none. */
  static float[] of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null ? NONE : fromBytes(header.value());
  }

  static byte[] toBytes(float[] inputs) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * inputs.length);
    bytes.asFloatBuffer().put(inputs);
    return bytes.array();
  }

  static float[] fromBytes(byte[] bytes) {
    float[] inputs = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(inputs);
    return inputs;
  }
}

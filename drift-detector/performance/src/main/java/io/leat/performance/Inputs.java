package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What a score was made of, as numbers: booleans are 0 and 1, a text is 16 bits of its hash, what
 * is not known is NaN. Between tasks they go along in a header, since few records have them.
 *
 * @param definition hash of the fingerprint of the definition that made them: what is read later
 *     may be of one from before a restart
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, and never changed
record Inputs(long definition, float[] numbers) {
  /** None. */
  static final Inputs NONE = new Inputs(0, new float[0]);

  private static final String HEADER = "inputs";
  private static final int TEXT_BITS = 0xffff;

  static Inputs of(String definition, List<? extends @Nullable Object> values) {
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      Object value = values.get(i);
      numbers[i] =
          value instanceof Number number
              ? number.floatValue()
              : value instanceof Boolean truth
                  ? (truth ? 1 : 0)
                  : value == null ? Float.NaN : hash(value.toString());
    }
    return new Inputs(hashOf(definition), numbers);
  }

  private static float hash(String text) {
    return Hashing.murmur3_32_fixed().hashString(text, UTF_8).asInt() & TEXT_BITS;
  }

  private static long hashOf(String definition) {
    return Hashing.murmur3_128().hashString(definition, UTF_8).asLong();
  }

  boolean isNone() {
    return numbers.length == 0;
  }

  boolean isOf(String of) {
    return definition == hashOf(of);
  }

  Headers header() {
    Headers headers = new RecordHeaders();
    if (!isNone()) {
      headers.add(HEADER, toBytes());
    }
    return headers;
  }

  /** {@link #NONE} where a record has none. */
  static Inputs of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null ? NONE : fromBytes(header.value());
  }

  byte[] toBytes() {
    byte[] bytes = toBytes(numbers);
    return ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(definition).put(bytes).array();
  }

  static Inputs fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Inputs(buffer.getLong(), numbers(buffer));
  }

  /** Numbers alone. */
  static byte[] toBytes(float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
    bytes.asFloatBuffer().put(numbers);
    return bytes.array();
  }

  /** What is left of bytes. */
  static float[] numbers(ByteBuffer bytes) {
    float[] numbers = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(numbers);
    return numbers;
  }
}

package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts, and refuses one that is no UTF-8, of which Java would make another text in silence.
 * Not thread-safe.
 */
final class StrictText {
  private static final char REPLACEMENT = '\uFFFD';

  private @Nullable Utf8 scratch;

  /**
   * Reads one.
   *
   * @throws IOException if it is no UTF-8
   */
  String read(Decoder in) throws IOException {
    Utf8 read = in.readString(scratch);
    scratch = read;
    String text = read.toString();
    if (text.indexOf(REPLACEMENT) >= 0) {
      checkUtf8(read);
    }
    return text;
  }

  private static void checkUtf8(Utf8 read) throws IOException {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(read.getBytes(), 0, read.getByteLength()));
    } catch (CharacterCodingException e) {
      throw new IOException("a string of %d bytes is no UTF-8".formatted(read.getByteLength()), e);
    }
  }
}

package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * Reads texts, and refuses one that is no UTF-8, of which Java would make another text in silence.
 */
final class StrictText {
  private static final char REPLACEMENT = '\uFFFD';

  private StrictText() {}

  /**
   * The text of some bytes.
   *
   * @throws UnfitValueException if they are no UTF-8
   */
  static String of(byte[] bytes, int start, int length) {
    String text = new String(bytes, start, length, UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      checkUtf8(ByteBuffer.wrap(bytes, start, length));
    }
    return text;
  }

  private static void checkUtf8(ByteBuffer bytes) {
    int length = bytes.remaining();
    try {
      UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      throw new UnfitValueException(" is a string of %d bytes that is no UTF-8".formatted(length));
    }
  }
}

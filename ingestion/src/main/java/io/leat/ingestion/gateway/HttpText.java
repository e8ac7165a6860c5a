package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** What a header of HTTP says of a CloudEvent's attribute: HTTP protocol binding, 3.1.3.2. */
final class HttpText {
  private HttpText() {}

  /**
   * The attribute's text: quotes and escapes of a quoted string taken off, then percent-encoding
   * undone once. A percent sign that begins no such code stands for itself.
   *
   * @throws RequestException 400 if what it stands for is no UTF-8
   */
  static String decoded(String name, String value) {
    String text = unquoted(value);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      int high = text.charAt(i) == '%' ? hex(text, i + 1) : -1;
      int low = high < 0 ? -1 : hex(text, i + 2);
      if (low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(text.charAt(i)); // a header's characters are bytes
      }
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      throw new RequestException(
          HttpStatus.BAD_REQUEST,
          "the header %s stands for bytes that are no UTF-8".formatted(name));
    }
  }

  private static String unquoted(String value) {
    if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
      return value;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < value.length() - 1; i++) {
      boolean escape = value.charAt(i) == '\\' && i < value.length() - 2;
      text.append(value.charAt(escape ? ++i : i));
    }
    return text.toString();
  }

  private static int hex(String text, int at) {
    return at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
  }
}

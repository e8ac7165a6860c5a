package io.leat.cli.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of a text in UTF-8, one after the other, however long they are: of a line beyond {@link
 * #MOST_BYTES} nothing is kept. A line ends with LF, CR or CR LF; a byte order mark before the
 * first is passed over.
 */
final class Lines implements Closeable {
  /** Kafka takes records of 1 MiB by default: no event is lost by this bound. */
  static final int MOST_BYTES = 4 << 20;

  private static final int END = -1;
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final InputStream in;
  private final byte[] chunk = new byte[1 << 16];
  private int at;
  private int filled;

  private boolean isFirst = true;
  private byte[] line = new byte[1 << 10];
  private int length;

  Lines(InputStream in) {
    this.in = in;
  }

  /**
   * One line.
   *
   * @param text what it holds; empty where it is too long
   * @param end what ends it: LF, CR, CR LF, or nothing at the end of the text
   * @param isTooLong whether nothing of it was kept
   * @param problem why it cannot be taken
   */
  record Line(String text, String end, boolean isTooLong, Optional<String> problem) {}

  /**
   * The next line; empty behind the last.
   *
   * @throws IOException if the text cannot be read on
   */
  Optional<Line> next() throws IOException {
    if (!fill()) {
      return Optional.empty();
    }
    length = 0;
    boolean tooLong = false;
    String end = "";
    while (end.isEmpty() && fill()) {
      int from = at;
      while (at < filled && chunk[at] != '\n' && chunk[at] != '\r') {
        at++;
      }
      tooLong |= !keep(from);
      if (at < filled) {
        end = lineEnd();
      }
    }
    if (tooLong) {
      String problem = "is longer than %,d bytes".formatted(MOST_BYTES);
      return Optional.of(new Line("", end, true, Optional.of(problem)));
    }
    return Optional.of(decoded(end));
  }

  private String lineEnd() throws IOException {
    if (chunk[at++] == '\n') {
      return "\n";
    }
    if (fill() && chunk[at] == '\n') {
      at++;
      return "\r\n";
    }
    return "\r";
  }

  /** Keeps what was read of the line from a place on; false where that is too much. */
  private boolean keep(int from) {
    int more = at - from;
    if (length + more > MOST_BYTES) {
      length = MOST_BYTES;
      return more == 0;
    }
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, length + more));
    }
    System.arraycopy(chunk, from, line, length, more);
    length += more;
    return true;
  }

  /** False at the end of the text. */
  private boolean fill() throws IOException {
    if (at == filled) {
      filled = in.read(chunk);
      at = 0;
      if (filled == END) {
        filled = 0;
        return false;
      }
    }
    return true;
  }

  private Line decoded(String end) {
    String decoded = new String(line, 0, length, UTF_8);
    String text = isFirst && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.substring(1) : decoded;
    isFirst = false;
    Optional<String> problem = text.indexOf('\ufffd') < 0 ? Optional.empty() : noUtf8();
    int nul = text.indexOf('\0');
    if (problem.isEmpty() && nul >= 0) {
      problem =
          Optional.of("has a NUL as its character %d; expected text in UTF-8".formatted(nul + 1));
    }
    return new Line(text, end, false, problem);
  }

  /** Says where it is no UTF-8; empty where it is. */
  private Optional<String> noUtf8() {
    CharsetDecoder decoder = UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(line, 0, length);
    CoderResult result = decoder.decode(bytes, CharBuffer.allocate(length), true);
    return result.isError()
        ? Optional.of(
            "is not UTF-8: its byte %d is 0x%02X"
                .formatted(bytes.position() + 1, line[bytes.position()]))
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

package io.leat.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a file of the project that is made out of the code: a test holds it against what the
 * code says, and with {@code -Dleat.write} writes it.
 *
 * @param file from the project's root
 * @param begin a line of the file after which the part begins
 * @param end the line before which it ends: the first such one
 */
public record MadeText(String file, String begin, String end) {
  private static final boolean WRITE = System.getProperty("leat.write") != null;

  /** Fails unless the part is this text; writes it first if that is asked for. */
  public void check(String text) throws IOException {
    Path path = Path.of(System.getProperty("leat.project"), file);
    String content = Files.readString(path, UTF_8);
    int from = content.indexOf("\n" + begin + "\n") + begin.length() + 2;
    assertThat(from).as("%s has the line '%s'", file, begin).isGreaterThan(begin.length() + 1);
    int to = content.indexOf("\n" + end + "\n", from - 1) + 1;
    assertThat(to).as("%s has the line '%s' after '%s'", file, end, begin).isPositive();
    if (WRITE) {
      content = content.substring(0, from) + text + content.substring(to);
      Files.writeString(path, content, UTF_8);
      return;
    }
    assertThat(content.substring(from, to))
        .as("what stands in %s; run this test with -Dleat.write to write it again", file)
        .isEqualTo(text);
  }
}

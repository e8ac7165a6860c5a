package io.leat.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.cli.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What tells one replay from another: the bytes of the file, and how they are read. */
final class ReplayName {
  private static final int BYTES = 8;

  private ReplayName() {}

  /**
   * The name, 16 hexadecimal digits.
   *
   * @param format options that say how the file is read
   * @throws UserError if the file cannot be read
   */
  static String of(Path file, List<String> format) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      digest.update(String.join("\0", format).getBytes(UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    } catch (IOException e) {
      throw new UserError("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}

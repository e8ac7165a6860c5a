package io.leat.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.cli.command.UserError;
import io.leat.common.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
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
    try {
      MessageDigest digest = Sha256.digest();
      Sha256.update(digest, file);
      digest.update(String.join("\0", format).getBytes(UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    } catch (IOException e) {
      throw new UserError("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}

package io.leat.ingestion.privacy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.KeySource;
import io.leat.schemas.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads secret keys from where a contract says that they are. */
public final class SecretKeys {
  /** Bytes of a key: AES-256, and the block of SHA-256's output. */
  static final int LENGTH = 32;

  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");

  private SecretKeys() {}

  /**
   * The 32 bytes of a key.
   *
   * @throws LeatException with one sentence, which quotes nothing of it, if there is no key
   */
  public static byte[] read(KeySource source) {
    String text = text(source);
    if (text == null || text.isBlank()) {
      throw refused(source, "there is nothing");
    }
    String stripped = text.strip();
    byte[] key;
    try {
      key =
          HEX.matcher(stripped).matches()
              ? HexFormat.of().parseHex(stripped)
              : Base64.getDecoder().decode(stripped);
    } catch (IllegalArgumentException e) {
      throw refused(source, "what is there is neither base64 nor hex");
    }
    if (key.length != LENGTH) {
      throw refused(source, "what is there has %d bytes".formatted(key.length));
    }
    return key;
  }

  private static @Nullable String text(KeySource source) {
    if (source instanceof KeySource.Environment environment) {
      return System.getenv(environment.name());
    }
    KeySource.SecretFile file = (KeySource.SecretFile) source;
    OwnerOnly.problem(file.path())
        .ifPresent(
            problem -> {
              throw new LeatException(ErrorCode.SECRET, problem);
            });
    try {
      return Files.readString(file.path());
    } catch (IOException e) {
      throw refused(source, "the file cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static LeatException refused(KeySource source, String found) {
    return new LeatException(
        ErrorCode.SECRET,
        "No key at %s: %s. Expected 32 random bytes in base64 or hex, as 'openssl rand -base64 32' makes them."
            .formatted(source.text(), found));
  }
}

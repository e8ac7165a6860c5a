package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.KeySource;
import java.io.IOException;
import java.nio.file.Files;

/** Secrets that a policy names by where they are; never shown. */
final class Secret {
  private Secret() {}

  /**
   * Reads one.
   *
   * @throws LeatException if it is not there
   */
  static String read(KeySource source) {
    String found;
    if (source instanceof KeySource.SecretFile file) {
      try {
        found = Files.readString(file.path()).strip();
      } catch (IOException e) {
        throw new LeatException(
            ErrorCode.SECRET, "The secret %s cannot be read: %s".formatted(source.text(), e), e);
      }
    } else {
      String variable = ((KeySource.Environment) source).name();
      found = System.getenv(variable) == null ? "" : System.getenv(variable);
    }
    if (found.isBlank()) {
      throw new LeatException(
          ErrorCode.SECRET, "The secret %s is empty or not there.".formatted(source.text()));
    }
    return found;
  }
}

package io.leat.ingestion.letters;

import org.jspecify.annotations.Nullable;

/** Something about dead letters that the user can put right: one clear sentence. */
public final class LetterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LetterException(String message) {
    super(message);
  }

  public LetterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

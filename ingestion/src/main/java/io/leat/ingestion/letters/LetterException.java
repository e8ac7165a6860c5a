package io.leat.ingestion.letters;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import org.jspecify.annotations.Nullable;

/** Something about dead letters that the user can put right: one clear sentence. */
public final class LetterException extends LeatException {
  private static final long serialVersionUID = 1L;

  public LetterException(String message) {
    super(ErrorCode.DEAD_LETTER, message);
  }

  public LetterException(String message, @Nullable Throwable cause) {
    super(ErrorCode.DEAD_LETTER, message, cause);
  }
}

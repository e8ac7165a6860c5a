package io.leat.deadletters;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import org.jspecify.annotations.Nullable;

/** Something about dead letters that the user can put right: one clear sentence. */
public final class DeadLetterException extends LeatException {
  private static final long serialVersionUID = 1L;

  public DeadLetterException(String message) {
    super(ErrorCode.DEAD_LETTER, message);
  }

  public DeadLetterException(String message, @Nullable Throwable cause) {
    super(ErrorCode.DEAD_LETTER, message, cause);
  }
}

package io.leat.stack;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import org.jspecify.annotations.Nullable;

/**
 * A process could not be started, or ended. The message is one sentence for the person who started
 * it: what was found, where, and what to do.
 */
public final class StackException extends LeatException {
  private static final long serialVersionUID = 1L;

  public StackException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }

  public StackException(ErrorCode code, String message) {
    this(code, message, null);
  }
}

package io.leat.common;

import org.jspecify.annotations.Nullable;

/**
 * Something that a user can mend. The message is for that user: what was found, what was expected,
 * where, and what to do; it is shown without a stack trace. Whatever else is thrown is a defect of
 * Leat or of a library, and its trace stands in the log.
 */
public class LeatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /**
   * @param message whole sentences
   */
  public LeatException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /**
   * @param message whole sentences
   * @param cause for the log; null if there is none
   */
  public LeatException(ErrorCode code, @Nullable String message, @Nullable Throwable cause) {
    super(message == null ? String.valueOf(cause) : message, cause);
    this.code = code;
  }

  /** Of which kind it is. */
  public final ErrorCode code() {
    return code;
  }

  /** Never null. */
  @Override
  public final String getMessage() {
    return String.valueOf(super.getMessage());
  }
}

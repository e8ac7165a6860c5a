package io.leat.cli.command;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;

/** Something that the user can put right: one clear sentence, no stack trace. */
public final class UserError extends LeatException {
  private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(ErrorCode.INPUT, message);
  }

  public UserError(String message, Throwable cause) {
    super(ErrorCode.INPUT, message, cause);
  }
}

package io.leat.pipeline.model;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import org.jspecify.annotations.Nullable;

/**
 * A model cannot be served; the message is for a person: what was found, what was expected, what to
 * do. The service does not start.
 */
public final class ModelException extends LeatException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(ErrorCode.MODEL, message);
  }

  public ModelException(String message, @Nullable Throwable cause) {
    super(ErrorCode.MODEL, message, cause);
  }
}

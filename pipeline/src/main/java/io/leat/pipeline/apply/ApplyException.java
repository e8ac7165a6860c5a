package io.leat.pipeline.apply;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import org.jspecify.annotations.Nullable;

/** A pipeline could not be planned or applied. The message says why and what to do. */
public final class ApplyException extends LeatException {
  private static final long serialVersionUID = 1L;

  ApplyException(String message, @Nullable Throwable cause) {
    super(ErrorCode.DEPLOYMENT, message, cause);
  }
}

package io.leat.features.offline;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;

/** Something that the user can put right: one clear sentence. */
public final class OfflineException extends LeatException {
  private static final long serialVersionUID = 1L;

  public OfflineException(String message) {
    super(ErrorCode.TABLE, message);
  }

  public OfflineException(String message, Throwable cause) {
    super(ErrorCode.TABLE, message, cause);
  }
}

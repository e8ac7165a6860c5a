package io.leat.schemas;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;

/** The registry refused a request, or could not be reached. */
public final class RegistryException extends LeatException {
  private static final long serialVersionUID = 1L;

  private final boolean retriable;

  public RegistryException(String message, boolean retriable, Throwable cause) {
    super(ErrorCode.REGISTRY, message, cause);
    this.retriable = retriable;
  }

  /**
   * Whether the same request may succeed later: the registry was unreachable, slow or out of order.
   */
  public boolean isRetriable() {
    return retriable;
  }
}

package io.leat.drift;

import org.jspecify.annotations.Nullable;

/** A reference profile is absent, unreadable, or not one for this model and monitor. */
public final class ReferenceProfileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ReferenceProfileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public ReferenceProfileException(String message) {
    this(message, null);
  }
}

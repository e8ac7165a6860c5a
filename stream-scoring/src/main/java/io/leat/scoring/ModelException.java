package io.leat.scoring;

import org.jspecify.annotations.Nullable;

/**
 * A model cannot be served; the message is for a person: what was found, what was expected, what to
 * do. The service does not start.
 */
final class ModelException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  ModelException(String message) {
    super(message);
  }

  ModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

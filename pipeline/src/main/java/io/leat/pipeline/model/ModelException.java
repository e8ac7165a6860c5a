package io.leat.pipeline.model;

import org.jspecify.annotations.Nullable;

/**
 * A model cannot be served; the message is for a person: what was found, what was expected, what to
 * do. The service does not start.
 */
public final class ModelException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

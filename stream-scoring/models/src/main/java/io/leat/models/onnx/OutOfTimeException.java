package io.leat.models.onnx;

import java.time.Duration;

/** The model took too long for a vector, and was ended. */
public final class OutOfTimeException extends InferenceException {
  private static final long serialVersionUID = 1L;

  OutOfTimeException(Duration limit) {
    super(
        "the model was ended after %d ms, the longest that it may take for a vector"
            .formatted(limit.toMillis()));
  }
}

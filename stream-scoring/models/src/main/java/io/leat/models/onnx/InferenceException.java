package io.leat.models.onnx;

/** ONNX Runtime failed on one batch; the next may pass. */
public class InferenceException extends Exception {
  private static final long serialVersionUID = 1L;

  InferenceException(String message) {
    super(message);
  }

  InferenceException(Throwable cause) {
    super("ONNX Runtime failed on this vector: " + cause.getMessage(), cause);
  }
}

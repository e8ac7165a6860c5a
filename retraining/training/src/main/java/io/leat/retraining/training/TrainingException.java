package io.leat.retraining.training;

/** Training is not possible with the rows given; the message says what was found and wanted. */
public final class TrainingException extends Exception {
  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super(message);
  }
}

package io.leat.features.aggregation;

/** Bytes that are not a state which this build reads. */
public final class StateFormatException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public StateFormatException(String message) {
    super(message);
  }
}

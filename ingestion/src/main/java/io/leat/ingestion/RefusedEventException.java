package io.leat.ingestion;

/** Stands in a dead letter's headers where nothing else was thrown; has no stack trace. */
final class RefusedEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedEventException(String message) {
    super(message, null, false, false);
  }
}

package io.leat.scoring;

/**
 * Says in a dead letter's headers, where tools look for an exception, why a vector has no score.
 * Never thrown; has no stack trace, since no code is at fault.
 */
final class UnscoredVectorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnscoredVectorException(String message) {
    super(message, null, false, false);
  }
}

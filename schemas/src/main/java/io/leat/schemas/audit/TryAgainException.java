package io.leat.schemas.audit;

/** Another writer came first, or the brokers did not answer in time. */
final class TryAgainException extends Exception {
  private static final long serialVersionUID = 1L;

  TryAgainException(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}

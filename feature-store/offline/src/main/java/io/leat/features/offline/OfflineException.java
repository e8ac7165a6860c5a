package io.leat.features.offline;

/** Something that the user can put right: one clear sentence. */
public final class OfflineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OfflineException(String message) {
    super(message);
  }

  public OfflineException(String message, Throwable cause) {
    super(message, cause);
  }
}

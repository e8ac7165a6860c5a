package io.leat.runtime.flink;

/** A record was decoded but is not what the job expects of its topic. */
public final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason reason code: lower-case words joined by underscores
   * @param message one sentence for a person: what was found and what was expected
   */
  public BadRecordException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}

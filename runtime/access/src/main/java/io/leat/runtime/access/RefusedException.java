package io.leat.runtime.access;

import com.linecorp.armeria.common.HttpStatus;

/** Why a request is not let in, or not answered, in one sentence. */
public class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status what HTTP says of it: 401 where it is not known whose the request is, 403 where
   *     they may not
   * @param detail one sentence, for the sender
   */
  public RefusedException(HttpStatus status, String detail) {
    super(detail, null, false, false); // no trace: it is an answer
    this.status = status.code();
  }

  /** What HTTP says of it. */
  public final HttpStatus status() {
    return HttpStatus.valueOf(status);
  }

  /** One sentence. */
  public final String detail() {
    return String.valueOf(getMessage());
  }
}

package io.leat.runtime.access;

import com.linecorp.armeria.common.HttpStatus;

/** Why a request is not let in, in one sentence. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(HttpStatus status, String detail) {
    super(detail, null, false, false); // no trace: it is an answer
    this.status = status.code();
  }

  /** 401 where it is not known whose the request is, 403 where they may not. */
  public HttpStatus status() {
    return HttpStatus.valueOf(status);
  }

  /** One sentence. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}

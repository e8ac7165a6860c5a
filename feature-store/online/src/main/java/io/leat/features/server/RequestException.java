package io.leat.features.server;

import com.linecorp.armeria.common.HttpStatus;

/** A request that cannot be answered: why, in one sentence, and with which HTTP status. */
final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient HttpStatus status;

  private RequestException(HttpStatus status, String detail) {
    super(detail);
    this.status = status;
  }

  /** The request itself is wrong: 400. */
  static RequestException bad(String detail, Object... arguments) {
    return new RequestException(HttpStatus.BAD_REQUEST, detail.formatted(arguments));
  }

  /** It names a view, feature or service that there is not: 404. */
  static RequestException unknown(String detail, Object... arguments) {
    return new RequestException(HttpStatus.NOT_FOUND, detail.formatted(arguments));
  }

  HttpStatus status() {
    return status;
  }
}

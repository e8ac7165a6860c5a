package io.leat.ingestion.gateway;

import com.linecorp.armeria.common.HttpStatus;

/** A request that is refused as a whole; the message is for whoever sent it. */
final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient HttpStatus status;

  RequestException(HttpStatus status, String message) {
    super(message);
    this.status = status;
  }

  HttpStatus status() {
    return status;
  }
}

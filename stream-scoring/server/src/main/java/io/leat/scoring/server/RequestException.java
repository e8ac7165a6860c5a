package io.leat.scoring.server;

import com.linecorp.armeria.common.HttpStatus;
import org.jspecify.annotations.Nullable;

/** A request that is not answered: the status of the refusal, and why, in one sentence. */
final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  RequestException(HttpStatus status, String detail, @Nullable Object... arguments) {
    super(arguments.length == 0 ? detail : detail.formatted(arguments), null, false, false);
    this.status = status.code();
  }

  /** What was sent makes no sense. */
  static RequestException malformed(String detail, @Nullable Object... arguments) {
    return new RequestException(HttpStatus.BAD_REQUEST, detail, arguments);
  }

  static RequestException notFound(String detail) {
    return new RequestException(HttpStatus.NOT_FOUND, "%s", detail);
  }

  /** It may be answered later, once what the sentence says was done. */
  static RequestException unavailable(String detail) {
    return new RequestException(HttpStatus.SERVICE_UNAVAILABLE, "%s", detail);
  }

  HttpStatus status() {
    return HttpStatus.valueOf(status);
  }

  /** One sentence. */
  String detail() {
    return String.valueOf(getMessage());
  }

  /** gRPC's own code (google.rpc.Code) for the status. */
  int grpcCode() {
    return switch (status) {
      case 400, 413, 415, 422 -> 3; // INVALID_ARGUMENT
      case 401 -> 16; // UNAUTHENTICATED
      case 403 -> 7; // PERMISSION_DENIED
      case 404 -> 5; // NOT_FOUND
      case 408 -> 4; // DEADLINE_EXCEEDED
      case 429 -> 8; // RESOURCE_EXHAUSTED
      case 499 -> 1; // CANCELLED
      case 503 -> 14; // UNAVAILABLE
      default -> 13; // INTERNAL
    };
  }
}

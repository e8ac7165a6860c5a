package io.leat.scoring.server;

import com.linecorp.armeria.common.HttpStatus;
import io.leat.runtime.access.RefusedException;
import org.jspecify.annotations.Nullable;

/** A request that is not answered: the status of the refusal, and why, in one sentence. */
final class RequestException extends RefusedException {
  private static final long serialVersionUID = 1L;

  RequestException(HttpStatus status, String detail, @Nullable Object... arguments) {
    super(status, arguments.length == 0 ? detail : detail.formatted(arguments));
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
}

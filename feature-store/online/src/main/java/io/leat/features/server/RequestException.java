package io.leat.features.server;

import com.linecorp.armeria.common.HttpStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is not answered: what kind of mistake it is, and why, in one sentence. */
final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * The kinds. Where Feast's server has an error of its own for it, Feast's clients are given that
   * one, by its class; its status is Feast's too, but for a collision, which there is a 500.
   */
  enum Kind {
    /** No request of this kind at all: no JSON, a text where a list belongs. */
    MALFORMED(HttpStatus.UNPROCESSABLE_ENTITY, null),
    /**
     * It makes no sense: keys are missing, columns differ in length, a time is out of retention.
     */
    SENSELESS(HttpStatus.BAD_REQUEST, null),
    NAMES_COLLIDE(HttpStatus.BAD_REQUEST, "FeatureNameCollisionError"),
    NO_KEY(HttpStatus.UNAUTHORIZED, null),
    WRONG_KEY(HttpStatus.FORBIDDEN, "FeastPermissionError"),
    NO_FEATURE(HttpStatus.NOT_FOUND, null),
    NO_VIEW(HttpStatus.NOT_FOUND, "FeatureViewNotFoundException"),
    NO_VERSION(HttpStatus.NOT_FOUND, "FeatureViewVersionNotFound"),
    NO_SERVICE(HttpStatus.NOT_FOUND, "FeatureServiceNotFoundException"),
    NO_REQUEST_DATA(HttpStatus.NOT_FOUND, "RequestDataNotFoundInEntityRowsException"),
    /** More bytes, rows or values than one request may ask for. */
    TOO_LARGE(HttpStatus.REQUEST_ENTITY_TOO_LARGE, null),
    /** As many requests as the server takes are under way. */
    TOO_MANY(HttpStatus.TOO_MANY_REQUESTS, null),
    /** The state has not caught up. */
    NOT_READY(HttpStatus.SERVICE_UNAVAILABLE, null),
    /** The client went away before its request had come. */
    ABORTED(HttpStatus.CLIENT_CLOSED_REQUEST, null),
    /** A fault of the server's own. */
    FAILED(HttpStatus.INTERNAL_SERVER_ERROR, null);

    private final HttpStatus status;
    private final @Nullable String feastClass;

    Kind(HttpStatus status, @Nullable String feastClass) {
      this.status = status;
      this.feastClass = feastClass;
    }

    HttpStatus status() {
      return status;
    }

    /** Class of {@code feast.errors}; empty where Feast's clients know no class for it. */
    Optional<String> feastClass() {
      return Optional.ofNullable(feastClass);
    }
  }

  private final Kind kind;

  RequestException(Kind kind, String detail, Object... arguments) {
    super(arguments.length == 0 ? detail : detail.formatted(arguments), null, false, false);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}

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
    MALFORMED(HttpStatus.UNPROCESSABLE_ENTITY, Grpc.INVALID_ARGUMENT, null),
    /**
     * It makes no sense: keys are missing, columns differ in length, a time is out of retention.
     */
    SENSELESS(HttpStatus.BAD_REQUEST, Grpc.INVALID_ARGUMENT, null),
    NAMES_COLLIDE(HttpStatus.BAD_REQUEST, Grpc.INVALID_ARGUMENT, "FeatureNameCollisionError"),
    NO_KEY(HttpStatus.UNAUTHORIZED, Grpc.UNAUTHENTICATED, null),
    WRONG_KEY(HttpStatus.FORBIDDEN, Grpc.PERMISSION_DENIED, "FeastPermissionError"),
    NO_FEATURE(HttpStatus.NOT_FOUND, Grpc.NOT_FOUND, null),
    NO_VIEW(HttpStatus.NOT_FOUND, Grpc.NOT_FOUND, "FeatureViewNotFoundException"),
    NO_VERSION(HttpStatus.NOT_FOUND, Grpc.NOT_FOUND, "FeatureViewVersionNotFound"),
    NO_SERVICE(HttpStatus.NOT_FOUND, Grpc.NOT_FOUND, "FeatureServiceNotFoundException"),
    NO_REQUEST_DATA(
        HttpStatus.NOT_FOUND, Grpc.NOT_FOUND, "RequestDataNotFoundInEntityRowsException"),
    /** More bytes, rows or values than one request may ask for. */
    TOO_LARGE(HttpStatus.REQUEST_ENTITY_TOO_LARGE, Grpc.INVALID_ARGUMENT, null),
    /** Its time was up before it had come. */
    TOO_SLOW(HttpStatus.REQUEST_TIMEOUT, Grpc.DEADLINE_EXCEEDED, null),
    /** As many requests as the server takes are under way. */
    TOO_MANY(HttpStatus.TOO_MANY_REQUESTS, Grpc.RESOURCE_EXHAUSTED, null),
    /** The state has not caught up. */
    NOT_READY(HttpStatus.SERVICE_UNAVAILABLE, Grpc.UNAVAILABLE, null),
    /** The client went away before its request had come. */
    ABORTED(HttpStatus.CLIENT_CLOSED_REQUEST, Grpc.CANCELLED, null),
    /** A fault of the server's own. */
    FAILED(HttpStatus.INTERNAL_SERVER_ERROR, Grpc.INTERNAL, null);

    private final HttpStatus status;
    private final int grpcCode;
    private final @Nullable String feastClass;

    Kind(HttpStatus status, int grpcCode, @Nullable String feastClass) {
      this.status = status;
      this.grpcCode = grpcCode;
      this.feastClass = feastClass;
    }

    HttpStatus status() {
      return status;
    }

    /** Status of gRPC. */
    int grpcCode() {
      return grpcCode;
    }

    /** Class of {@code feast.errors}; empty where Feast's clients know no class for it. */
    Optional<String> feastClass() {
      return Optional.ofNullable(feastClass);
    }
  }

  /** gRPC's own codes (google.rpc.Code), as far as they are used. */
  private static final class Grpc {
    static final int CANCELLED = 1;
    static final int INVALID_ARGUMENT = 3;
    static final int DEADLINE_EXCEEDED = 4;
    static final int NOT_FOUND = 5;
    static final int PERMISSION_DENIED = 7;
    static final int RESOURCE_EXHAUSTED = 8;
    static final int INTERNAL = 13;
    static final int UNAVAILABLE = 14;
    static final int UNAUTHENTICATED = 16;
  }

  private final Kind kind;

  RequestException(Kind kind, String detail, @Nullable Object... arguments) {
    super(arguments.length == 0 ? detail : detail.formatted(arguments), null, false, false);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}

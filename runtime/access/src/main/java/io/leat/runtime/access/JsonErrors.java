package io.leat.runtime.access;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Refusals as every endpoint words them: {@code {"detail": "one sentence"}}. As a server's error
 * handler it words what the server refuses by itself.
 */
public final class JsonErrors implements ServerErrorHandler {
  private static final int RETRY_SECONDS = 1;

  private final String tooLarge;

  /**
   * @param tooLarge what is said of a body that is too large
   */
  public JsonErrors(String tooLarge) {
    this.tooLarge = tooLarge;
  }

  /**
   * Headers of an answer in JSON; those of 401, 429 and 503 say what to do: send a key, come again.
   */
  public static ResponseHeaders headers(HttpStatus status) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(status).contentType(MediaType.JSON_UTF_8);
    if (status.equals(HttpStatus.UNAUTHORIZED)) {
      headers.add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    if (status.equals(HttpStatus.TOO_MANY_REQUESTS)
        || status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
      headers.addInt(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
    }
    return headers.build();
  }

  /** A refusal with its headers. */
  public static HttpResponse response(HttpStatus status, String detail) {
    return HttpResponse.of(headers(status), HttpData.ofUtf8(body(detail)));
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    return null; // as usual; renderStatus words it
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    String detail =
        status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE) ? tooLarge : status.reasonPhrase();
    return AggregatedHttpResponse.of(headers(status), HttpData.ofUtf8(body(detail)));
  }

  private static String body(String detail) {
    return "{\"detail\":\"" + new String(new JsonStringEncoder().quoteAsString(detail)) + "\"}";
  }
}

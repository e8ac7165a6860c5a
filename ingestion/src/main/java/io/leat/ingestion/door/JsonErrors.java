package io.leat.ingestion.door;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;

/** Words what the server refuses by itself as the door words its refusals. */
final class JsonErrors implements ServerErrorHandler {
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
        status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)
            ? "the body is too large; send fewer events at a time"
            : status.reasonPhrase();
    return AggregatedHttpResponse.of(
        status,
        MediaType.JSON_UTF_8,
        JsonNodeFactory.instance.objectNode().put("detail", detail).toString());
  }
}

package io.leat.features.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.features.server.RequestException.Kind;
import io.leat.runtime.access.JsonErrors;

/** {@code POST /get-online-features}, as Feast's server has it. Thread-safe. */
final class FeatureEndpoint implements HttpService, ReadGate.Endpoint<HttpResponse> {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ReadGate gate;

  FeatureEndpoint(ReadGate gate) {
    this.gate = gate;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        gate.read(
            context,
            () ->
                request
                    .aggregate()
                    .thenApply(AggregatedHttpRequest::content)
                    .thenApply(HttpData::array),
            this));
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public OnlineRequest decode(RequestHeaders headers, byte[] body) throws RequestException {
    return JsonRequest.parse(body);
  }

  @Override
  public HttpResponse answer(
      ServiceRequestContext context, OnlineRequest request, OnlineAnswer answer) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON)
            .addLong(FeatureServer.LAG_RECORDS, answer.lag().records())
            .addLong(FeatureServer.LAG_MILLIS, answer.lag().millis())
            .build(),
        HttpData.wrap(JsonAnswer.of(answer, request.versionMetadata(), request.nullReasons())));
  }

  @Override
  public HttpResponse refuse(RequestException refusal) {
    return HttpResponse.of(
        JsonErrors.headers(refusal.kind().status()), HttpData.ofUtf8(body(refusal)));
  }

  /**
   * As Feast's server words errors: what its clients have a class for is a text that holds JSON;
   * what does not look like a request is what FastAPI makes of it; all else is a sentence.
   */
  private static String body(RequestException refusal) {
    String message = String.valueOf(refusal.getMessage());
    if (refusal.kind().feastClass().isPresent()) {
      ObjectNode error = JSON.objectNode();
      error.put("module", "feast.errors");
      error.put("class", refusal.kind().feastClass().get());
      error.put("message", message);
      return JSON.textNode(error.toString()).toString();
    }
    ObjectNode body = JSON.objectNode();
    if (refusal.kind() == Kind.MALFORMED) {
      ObjectNode problem = body.putArray("detail").addObject();
      problem.put("type", "value_error");
      problem.putArray("loc").add("body");
      problem.put("msg", message);
    } else {
      body.put("detail", message);
    }
    return body.toString();
  }
}

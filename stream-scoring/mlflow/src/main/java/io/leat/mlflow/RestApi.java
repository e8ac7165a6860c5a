package io.leat.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.common.LeatException;
import io.leat.pipeline.model.ModelException;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.Principal;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.RequestGate;
import io.leat.runtime.access.RequestOptions;
import io.leat.runtime.access.Role;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a route of MLflow's API is served: fields in, an object out, and MLflow's words where a
 * request is not answered. Thread-safe.
 */
final class RestApi {
  static final JsonMapper JSON = new JsonMapper();

  private static final Logger log = LoggerFactory.getLogger(RestApi.class);

  private final RequestGate gate;

  /** What answers a request of MLflow's API. */
  @FunctionalInterface
  interface Work {
    ObjectNode answer(Call call) throws Refusal, IOException;
  }

  RestApi(Access access, RequestOptions limits, MeterRegistry metrics) {
    this.gate =
        new RequestGate(
            access,
            limits,
            (context, route, status, nanos) ->
                Timer.builder("leat.mlflow.requests")
                    .description(
                        "Requests of MLflow's clients, from their headers to their answer.")
                    .tags(
                        "route",
                        route,
                        "principal",
                        Principal.nameOf(context),
                        "status",
                        status.codeAsText())
                    .register(metrics)
                    .record(nanos, TimeUnit.NANOSECONDS),
            RestApi::known);
    Gauge.builder("leat.mlflow.requests.under.way", gate, RequestGate::underWay)
        .description("Requests that are being answered; at --max-concurrent the answer is 429.")
        .register(metrics);
  }

  /** Waits until no request is under way, and lets none in any more. */
  boolean close(Duration timeout) throws InterruptedException {
    return gate.close(timeout);
  }

  /** A route of MLflow's API: fields in the query or in a body of JSON, an object as the answer. */
  HttpService service(String route, Role role, Work work) {
    return (context, request) ->
        HttpResponse.of(
            gate.serve(
                context,
                route,
                role,
                () -> request.aggregate(),
                (sender, whole) -> answer(context, request, sender, whole, work),
                RestApi::response));
  }

  private static HttpResponse answer(
      ServiceRequestContext context,
      HttpRequest request,
      Principal sender,
      AggregatedHttpRequest whole,
      Work work)
      throws Refusal, IOException {
    ObjectNode fields =
        request.method() == HttpMethod.GET ? query(context) : object(whole.contentUtf8());
    return json(
        HttpStatus.OK, work.answer(new Call(sender, fields, server(context), path(context))));
  }

  /** What a route with {@code {id}} or {@code {*path}} took out of the path. */
  static String path(ServiceRequestContext context) {
    return context.pathParams().values().stream().findFirst().orElse("");
  }

  /** A proxy that speaks TLS for this server says so. */
  private static String server(ServiceRequestContext context) {
    String scheme =
        context
            .request()
            .headers()
            .get("x-forwarded-proto", context.sessionProtocol().isTls() ? "https" : "http");
    return (scheme.equals("https") ? "https" : "http")
        + "://"
        + context.request().headers().authority();
  }

  private static ObjectNode query(ServiceRequestContext context) {
    ObjectNode fields = JSON.createObjectNode();
    context.queryParams().forEach((name, value) -> fields.put(name, value));
    return fields;
  }

  private static ObjectNode object(String body) throws Refusal {
    try {
      JsonNode tree = JSON.readTree(body.isBlank() ? "{}" : body);
      if (tree instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw Refusal.invalid("The body is no JSON: %s", e.getOriginalMessage());
    }
    throw Refusal.invalid("The body is no JSON object.");
  }

  /**
   * Lets a request in and answers it, or refuses it.
   *
   * @param route its name in the metrics
   * @param work begun once it has been let in
   */
  HttpResponse serve(
      ServiceRequestContext context,
      String route,
      Role role,
      Function<Principal, CompletableFuture<HttpResponse>> work) {
    return HttpResponse.of(gate.serve(context, route, role, work, RestApi::response));
  }

  /** A refusal as MLflow's clients read it. */
  static HttpResponse response(RefusedException refusal) {
    return json(
        refusal.status(),
        JSON.createObjectNode().put("error_code", code(refusal)).put("message", refusal.detail()));
  }

  private static String code(RefusedException refused) {
    if (refused instanceof Refusal refusal) {
      return refusal.code();
    }
    return switch (refused.status().code()) {
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 413, 429 -> "REQUEST_LIMIT_EXCEEDED";
      case 408, 499, 503 -> "TEMPORARILY_UNAVAILABLE";
      default -> "INTERNAL_ERROR";
    };
  }

  private static HttpResponse json(HttpStatus status, ObjectNode body) {
    return HttpResponse.of(JsonErrors.headers(status), HttpData.ofUtf8(body.toString()));
  }

  private static Optional<RefusedException> known(Throwable failure) {
    if (failure instanceof ModelException) {
      return Optional.of(Refusal.invalid("%s", failure.getMessage()));
    }
    return failure instanceof LeatException problem
        ? Optional.of(refusal(problem))
        : Optional.empty();
  }

  private static Refusal refusal(LeatException problem) {
    return switch (problem.code()) {
      case INPUT -> Refusal.invalid("%s", problem.getMessage());
      case MODEL, NOT_APPLIED ->
          new Refusal(HttpStatus.CONFLICT, "RESOURCE_CONFLICT", "%s", problem.getMessage());
      case KAFKA, REGISTRY, ARTIFACTS ->
          new Refusal(
              HttpStatus.SERVICE_UNAVAILABLE,
              "TEMPORARILY_UNAVAILABLE",
              "%s",
              problem.getMessage());
      default -> {
        log.error("A request could not be answered", problem);
        yield new Refusal(
            HttpStatus.INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "%s", problem.getMessage());
      }
    };
  }
}

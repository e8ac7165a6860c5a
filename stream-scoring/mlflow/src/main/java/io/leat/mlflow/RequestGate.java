package io.leat.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.common.LeatException;
import io.leat.pipeline.model.ModelException;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.Principal;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.RequestOptions;
import io.leat.runtime.access.Role;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all routes share: lets requests in, has them answered on threads that may wait, counts them,
 * and says in MLflow's words why one is not answered. Thread-safe.
 */
final class RequestGate {
  static final JsonMapper JSON = new JsonMapper();

  private static final Logger log = LoggerFactory.getLogger(RequestGate.class);

  private final Access access;
  private final MeterRegistry metrics;
  private final int most;
  private final Semaphore room;

  /** What answers a request of MLflow's API. */
  @FunctionalInterface
  interface Work {
    ObjectNode answer(Call call) throws Refusal, IOException;
  }

  RequestGate(Access access, RequestOptions limits, MeterRegistry metrics) {
    this.access = access;
    this.metrics = metrics;
    this.most = limits.concurrent();
    this.room = new Semaphore(most);
    Gauge.builder("leat.mlflow.requests.under.way", room, free -> most - free.availablePermits())
        .description("Requests that are being answered; at --max-concurrent the answer is 429.")
        .register(metrics);
  }

  /** Waits until no request is under way, and lets none in any more. */
  boolean close(Duration timeout) throws InterruptedException {
    return room.tryAcquire(most, timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A route of MLflow's API: fields in the query or in a body of JSON, an object as the answer. */
  HttpService service(String route, Role role, Work work) {
    return (context, request) ->
        serve(
            context,
            route,
            role,
            sender ->
                request
                    .aggregate()
                    .thenApplyAsync(
                        whole -> answer(context, request, sender, whole, work),
                        context.blockingTaskExecutor()));
  }

  private static HttpResponse answer(
      ServiceRequestContext context,
      HttpRequest request,
      Principal sender,
      AggregatedHttpRequest whole,
      Work work) {
    try {
      ObjectNode fields =
          request.method() == HttpMethod.GET ? query(context) : object(whole.contentUtf8());
      return json(
          HttpStatus.OK, work.answer(new Call(sender, fields, server(context), path(context))));
    } catch (Refusal | IOException e) {
      throw new CompletionException(e);
    }
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
    long start = System.nanoTime();
    Principal sender;
    try {
      sender = access.admit(context, role);
    } catch (RefusedException e) {
      boolean unknown = e.status().equals(HttpStatus.UNAUTHORIZED);
      return refused(
          context,
          route,
          start,
          new Refusal(
              e.status(), unknown ? "UNAUTHENTICATED" : "PERMISSION_DENIED", "%s", e.detail()));
    }
    if (!room.tryAcquire()) {
      return refused(
          context,
          route,
          start,
          new Refusal(
              HttpStatus.TOO_MANY_REQUESTS,
              "REQUEST_LIMIT_EXCEEDED",
              "%d requests are being answered, and at most as many may be; come again later.",
              most));
    }
    CompletableFuture<HttpResponse> answer;
    try {
      answer = work.apply(sender);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return HttpResponse.of(
        answer
            .handle(
                (response, failure) -> {
                  if (failure != null) {
                    return refused(context, route, start, refusal(failure));
                  }
                  count(context, route, HttpStatus.OK.code(), start);
                  return response;
                })
            .whenComplete((response, failure) -> room.release()));
  }

  private HttpResponse refused(
      ServiceRequestContext context, String route, long start, Refusal refusal) {
    count(context, route, refusal.status().code(), start);
    return response(refusal);
  }

  /** A refusal as MLflow's clients read it. */
  static HttpResponse response(Refusal refusal) {
    return json(
        refusal.status(),
        JSON.createObjectNode()
            .put("error_code", refusal.code())
            .put("message", refusal.sentence()));
  }

  private static HttpResponse json(HttpStatus status, ObjectNode body) {
    return HttpResponse.of(JsonErrors.headers(status), HttpData.ofUtf8(body.toString()));
  }

  /** How a failure is reported; one of the server's own is logged. */
  private static Refusal refusal(Throwable thrown) {
    Throwable failure =
        Optional.ofNullable(thrown instanceof CompletionException ? thrown.getCause() : null)
            .orElse(thrown);
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    if (failure instanceof ModelException) {
      return Refusal.invalid("%s", failure.getMessage());
    }
    if (failure instanceof LeatException problem) {
      return refusal(problem);
    }
    if (failure instanceof ContentTooLargeException
        || (failure instanceof HttpStatusException status
            && status.httpStatus().equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE))) {
      return new Refusal(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE, "REQUEST_LIMIT_EXCEEDED", "The body is too large.");
    }
    if (failure instanceof RequestTimeoutException
        || failure instanceof ClosedStreamException
        || failure instanceof ResponseCompleteException) {
      log.debug("A request did not come whole", failure);
      return new Refusal(
          HttpStatus.REQUEST_TIMEOUT,
          "TEMPORARILY_UNAVAILABLE",
          "The request did not come whole in time.");
    }
    log.error("A request could not be answered", failure);
    return new Refusal(
        HttpStatus.INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "The server failed; its log says why.");
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

  private void count(ServiceRequestContext context, String route, int status, long start) {
    Timer.builder("leat.mlflow.requests")
        .description("Requests of MLflow's clients, from their headers to their answer.")
        .tags(
            "route",
            route,
            "principal",
            Principal.nameOf(context),
            "status",
            Integer.toString(status))
        .register(metrics)
        .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
  }
}

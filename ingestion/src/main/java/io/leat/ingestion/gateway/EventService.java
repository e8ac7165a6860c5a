package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.common.LeatException;
import io.leat.ingestion.gateway.ContractValidator.Validated;
import io.leat.ingestion.gateway.RequestBody.Form;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.Principal;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.Role;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /events/{event}}. A request waits for the brokers without holding a thread; events
 * are validated on the server's blocking threads.
 */
final class EventService implements HttpService {
  private static final Logger log = LoggerFactory.getLogger(EventService.class);
  static final String TOO_LARGE = "the body is too large; send fewer events at a time";

  private static final String CLOUD_EVENT = "ce-";
  private static final String TRACEPARENT = "traceparent";

  private final Map<String, ContractValidator> validators;
  private final EventSender sender;
  private final Access access;
  private final GatewayLimits limits;
  private final GatewayMetrics metrics;

  /**
   * @param validators by name of the event
   * @param access who may send
   */
  EventService(
      Map<String, ContractValidator> validators,
      EventSender sender,
      Access access,
      GatewayLimits limits,
      GatewayMetrics metrics) {
    this.validators = Map.copyOf(validators);
    this.sender = sender;
    this.access = access;
    this.limits = limits;
    this.metrics = metrics;
  }

  /** An answer and its status. */
  private record Answer(HttpStatus status, ObjectNode body) {}

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    Timer.Sample sample = metrics.begin();
    return HttpResponse.of(
        answer(context, request)
            .exceptionally(EventService::failed)
            .thenApply(
                answer -> {
                  metrics.answered(sample, Principal.nameOf(context), answer.status());
                  return response(answer);
                }));
  }

  private CompletableFuture<Answer> answer(ServiceRequestContext context, HttpRequest request) {
    String event = String.valueOf(context.pathParam("event"));
    try {
      admit(context);
      ContractValidator validator = validators.get(event);
      if (validator == null) {
        throw new RequestException(
            HttpStatus.NOT_FOUND,
            "there is no event of this name; there are "
                + String.join(", ", validators.keySet().stream().sorted().toList()));
      }
      requirePlainEncoding(request.headers());
      Form form = RequestBody.form(request.contentType());
      if (sender.isFull()) { // before a body is read that cannot be taken
        throw tooMany();
      }
      Executor blocking = context.blockingTaskExecutor();
      return request
          .aggregate()
          .thenComposeAsync(whole -> take(event, validator, form, whole, blocking), blocking);
    } catch (RequestException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void admit(ServiceRequestContext context) {
    try {
      access.admit(context, Role.WRITE_EVENTS);
    } catch (RefusedException e) {
      throw new RequestException(e.status(), e.detail());
    }
  }

  private static void requirePlainEncoding(RequestHeaders headers) {
    String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      throw new RequestException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "the content-encoding is " + encoding + "; send the body as it is");
    }
  }

  private CompletableFuture<Answer> take(
      String event,
      ContractValidator validator,
      Form form,
      AggregatedHttpRequest request,
      Executor blocking) {
    List<byte[]> events =
        RequestBody.events(request.content().array(), form, limits.eventsOfRequest());
    if (validator.isCloudEvents() && request.headers().contains("ce-id") && events.size() != 1) {
      throw new RequestException(
          HttpStatus.BAD_REQUEST,
          "the body holds %d events and the headers ce-* are of one; send one, or application/cloudevents-batch+json"
              .formatted(events.size()));
    }
    if (!sender.reserve(events.size())) {
      throw tooMany();
    }
    List<CompletableFuture<ItemResult>> results =
        send(events, validator, headers(validator, form, request.headers()));
    return CompletableFuture.allOf(results.toArray(new CompletableFuture<?>[0]))
        .thenApplyAsync(
            all -> results(event, results.stream().map(CompletableFuture::join).toList()),
            blocking);
  }

  private RequestException tooMany() {
    return new RequestException(
        HttpStatus.TOO_MANY_REQUESTS,
        "%d events are under way, and at most %d may be; send again later"
            .formatted(sender.inFlight(), limits.inFlight()));
  }

  /** Validates and sends; room was made for all of them, and each gives its own back. */
  private List<CompletableFuture<ItemResult>> send(
      List<byte[]> events, ContractValidator validator, Headers headers) {
    int room = events.size();
    try {
      List<Validated> validated = validator.validate(events, headers);
      long deadline = System.nanoTime() + limits.acknowledgement().toNanos();
      List<CompletableFuture<ItemResult>> results = new ArrayList<>(events.size());
      for (Validated item : validated) {
        if (item instanceof Validated.Ready ready && System.nanoTime() < deadline) {
          room--; // the sender's to give back
          results.add(sender.send(ready));
        } else if (item instanceof Validated.Ready ready) {
          results.add(
              CompletableFuture.completedFuture(
                  new ItemResult.Unknown(ready.eventId(), "the brokers cannot be reached")));
        } else {
          results.add(CompletableFuture.completedFuture(((Validated.Settled) item).result()));
        }
      }
      return results;
    } finally {
      sender.release(room);
    }
  }

  /** What the producer of such events would have put into the headers of their records. */
  private static Headers headers(ContractValidator validator, Form form, RequestHeaders request) {
    Headers headers = new RecordHeaders();
    String trace = request.get(TRACEPARENT);
    if (trace != null) {
      headers.add(TRACEPARENT, trace.getBytes(UTF_8));
    }
    if (!validator.writesAsTheyCame()) {
      return headers;
    }
    boolean structured = form == Form.CLOUD_EVENT || form == Form.CLOUD_EVENTS;
    boolean binary = validator.isCloudEvents() && form == Form.JSON; // its data's own type
    String type = structured ? "application/cloudevents+json" : "application/json";
    headers.add(
        "content-type",
        (binary ? request.get(HttpHeaderNames.CONTENT_TYPE, type) : type).getBytes(UTF_8));
    if (validator.isCloudEvents() && !structured) { // binary mode: HTTP's names to Kafka's
      request.forEach(
          (name, value) -> {
            if (name.toString().startsWith(CLOUD_EVENT)) {
              headers.add(
                  "ce_" + name.toString().substring(CLOUD_EVENT.length()),
                  HttpText.decoded(name.toString(), value).getBytes(UTF_8));
            }
          });
    }
    return headers;
  }

  private Answer results(String event, List<ItemResult> results) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode list = body.putArray("results");
    boolean known = true;
    for (ItemResult result : results) {
      metrics.count(event, result);
      list.add(result.json());
      known &= !(result instanceof ItemResult.Unknown);
    }
    if (!known) {
      body.put(
          "detail",
          "the brokers did not acknowledge every event in time; one that is unknown may be there or not: send it again with the same event id");
    }
    return new Answer(known ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, body);
  }

  private static Answer failed(Throwable thrown) {
    Throwable error =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (error instanceof RequestException refused) {
      return error(refused.status(), String.valueOf(refused.getMessage()));
    }
    if (error instanceof ContentTooLargeException) {
      return error(HttpStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE);
    }
    if (error instanceof ClosedStreamException) {
      log.debug("a client went away", error);
      return error(HttpStatus.CLIENT_CLOSED_REQUEST, "the request was not sent to its end");
    }
    if (error instanceof LeatException) {
      log.warn("Events cannot be validated: {}", error.getMessage());
      return error(
          HttpStatus.SERVICE_UNAVAILABLE,
          "the gateway is not ready to validate this event; nothing was written. Send it again later");
    }
    log.error("A request failed", error);
    return error(HttpStatus.INTERNAL_SERVER_ERROR, "the gateway failed; its log says why");
  }

  private static Answer error(HttpStatus status, String detail) {
    return new Answer(status, JsonNodeFactory.instance.objectNode().put("detail", detail));
  }

  private static HttpResponse response(Answer answer) {
    return HttpResponse.of(
        JsonErrors.headers(answer.status()), HttpData.ofUtf8(answer.body().toString()));
  }
}

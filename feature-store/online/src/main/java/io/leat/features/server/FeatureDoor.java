package io.leat.features.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.runtime.Readiness;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /get-online-features}. Reads run on the server's blocking threads, since a key may
 * have to come from disk.
 */
final class FeatureDoor implements HttpService {
  private static final Logger log = LoggerFactory.getLogger(FeatureDoor.class);

  private final OnlineFeatures features;
  private final Readiness readiness;
  private final MeterRegistry metrics;
  private final InstantSource clock;

  FeatureDoor(
      OnlineFeatures features, Readiness readiness, MeterRegistry metrics, InstantSource clock) {
    this.features = features;
    this.readiness = readiness;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** {@code GET /health}: 200 once ready, else 503 and why. */
  static HttpService health(Readiness readiness) {
    return (context, request) ->
        readiness.isReady()
            ? HttpResponse.of(HttpStatus.OK)
            : error(
                HttpStatus.SERVICE_UNAVAILABLE, String.join("; ", readiness.problems().values()));
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        request.aggregate().thenApplyAsync(this::answer, context.blockingTaskExecutor()));
  }

  private HttpResponse answer(AggregatedHttpRequest request) {
    Timer.Sample sample = Timer.start(metrics);
    HttpResponse response;
    HttpStatus status;
    if (!readiness.isReady()) {
      status = HttpStatus.SERVICE_UNAVAILABLE;
      response =
          error(status, "Not ready: " + String.join("; ", readiness.problems().values()) + ".");
    } else {
      try {
        OnlineAnswer answer =
            features.answer(OnlineRequest.parse(request.content().array()), clock.instant());
        status = HttpStatus.OK;
        response =
            HttpResponse.of(
                ResponseHeaders.builder(status)
                    .contentType(MediaType.JSON_UTF_8)
                    .addLong(FeatureServer.LAG_RECORDS, answer.lag().records())
                    .addLong(FeatureServer.LAG_MILLIS, answer.lag().millis())
                    .build(),
                HttpData.wrap(answer.toJson()));
      } catch (RequestException e) {
        status = e.status();
        response = error(status, e.getMessage());
      } catch (RuntimeException e) {
        log.error("A read of online features failed", e);
        status = HttpStatus.INTERNAL_SERVER_ERROR;
        response = error(status, "The server failed; its log says why.");
      }
    }
    sample.stop(
        Timer.builder("leat.feature.server.requests")
            .tag("status", Integer.toString(status.code()))
            .register(metrics));
    return response;
  }

  private static HttpResponse error(HttpStatus status, String detail) {
    return HttpResponse.of(
        status,
        MediaType.JSON_UTF_8,
        JsonNodeFactory.instance.objectNode().put("detail", detail).toString());
  }
}

package io.leat.scoring.server;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.models.onnx.InferenceException;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.Principal;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.RequestOptions;
import io.leat.runtime.access.Role;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all routes share: lets requests in, has them answered on threads that may wait, counts them,
 * and says in one way why one is not answered. Thread-safe.
 */
final class RequestGate {
  private static final Logger log = LoggerFactory.getLogger(RequestGate.class);

  private final Access access;
  private final RequestOptions limits;
  private final MeterRegistry metrics;
  private final Semaphore room;
  private volatile boolean stopping;

  /** What answers a request. */
  @FunctionalInterface
  interface Work<T> {
    T answer(byte[] body) throws RequestException, InferenceException;
  }

  RequestGate(Access access, RequestOptions limits, MeterRegistry metrics) {
    this.access = access;
    this.limits = limits;
    this.metrics = metrics;
    this.room = new Semaphore(limits.concurrent());
    Gauge.builder("leat.scoring.server.requests.under.way", this, RequestGate::underWay)
        .description("Requests that are being answered; at --max-concurrent the answer is 429.")
        .register(metrics);
  }

  int underWay() {
    return limits.concurrent() - room.availablePermits();
  }

  /** From now on connections are closed behind their answers. */
  void stop() {
    stopping = true;
  }

  /** Waits until no request is under way, and lets none in any more. */
  boolean close(Duration timeout) throws InterruptedException {
    return room.tryAcquire(limits.concurrent(), timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Answers a request, or refuses it.
   *
   * @param protocol name of the route in the metrics
   * @param body asked for once the request has been let in
   * @param refuse words a refusal; may throw it
   */
  <T> CompletableFuture<T> serve(
      ServiceRequestContext context,
      String protocol,
      Supplier<CompletableFuture<byte[]>> body,
      Work<T> work,
      Function<RequestException, T> refuse) {
    long start = System.nanoTime();
    if (stopping) {
      context.initiateConnectionShutdown();
    }
    try {
      access.admit(context, Role.SCORE);
    } catch (RefusedException e) {
      count(context, protocol, e.status().code(), start);
      return worded(refuse, new RequestException(e.status(), "%s", e.detail()));
    }
    if (!room.tryAcquire()) {
      count(context, protocol, HttpStatus.TOO_MANY_REQUESTS.code(), start);
      return worded(
          refuse,
          new RequestException(
              HttpStatus.TOO_MANY_REQUESTS,
              "%d requests are being answered, and at most as many may be; come again later.",
              limits.concurrent()));
    }
    CompletableFuture<byte[]> coming;
    try {
      coming = body.get();
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
    return coming
        .handleAsync(
            (whole, failure) -> {
              try {
                T answer = answer(context, whole, failure, work);
                count(context, protocol, HttpStatus.OK.code(), start);
                return answer;
              } catch (RequestException e) {
                count(context, protocol, e.status().code(), start);
                return refuse.apply(e);
              }
            },
            context.blockingTaskExecutor())
        .whenComplete((answer, failure) -> room.release());
  }

  private static <T> CompletableFuture<T> worded(
      Function<RequestException, T> refuse, RequestException refusal) {
    try {
      return CompletableFuture.completedFuture(refuse.apply(refusal));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // gRPC's way of saying it
    }
  }

  private <T> T answer(
      ServiceRequestContext context, byte[] body, @Nullable Throwable failure, Work<T> work)
      throws RequestException {
    if (failure != null) {
      throw refusal(
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure);
    }
    if (context.isTimedOut()) {
      throw new RequestException(
          HttpStatus.SERVICE_UNAVAILABLE, "The request waited until its time was up.");
    }
    try {
      return work.answer(body);
    } catch (RequestException | InferenceException | RuntimeException e) {
      throw refusal(e);
    }
  }

  /** How a failure is reported; one of the server's own is logged. */
  RequestException refusal(Throwable failure) {
    if (failure instanceof RequestException refusal) {
      return refusal;
    }
    if (failure instanceof InferenceException) {
      return RequestException.malformed("%s", failure.getMessage());
    }
    if (failure instanceof ContentTooLargeException
        || (failure instanceof HttpStatusException status
            && status.httpStatus().equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE))) {
      return new RequestException(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          "The body is too large; at most %d bytes.",
          limits.requestBytes());
    }
    if (failure instanceof RequestTimeoutException) {
      return new RequestException(
          HttpStatus.REQUEST_TIMEOUT, "The request did not come whole in time.");
    }
    if (failure instanceof ClosedStreamException || failure instanceof ResponseCompleteException) {
      log.debug("A client went away, or has been told that its time is up", failure);
      return new RequestException(
          HttpStatus.CLIENT_CLOSED_REQUEST, "The request did not come whole.");
    }
    log.error("A request could not be answered", failure);
    return new RequestException(
        HttpStatus.INTERNAL_SERVER_ERROR, "The server failed; its log says why.");
  }

  private void count(ServiceRequestContext context, String protocol, int status, long start) {
    Timer.builder("leat.scoring.server.requests")
        .description("Requests for scores, from their headers to their answer.")
        .tags(
            "protocol",
            protocol,
            "principal",
            Principal.nameOf(context),
            "status",
            Integer.toString(status))
        .publishPercentileHistogram()
        .register(metrics)
        .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
  }
}

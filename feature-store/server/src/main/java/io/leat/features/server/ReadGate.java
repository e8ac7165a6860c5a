package io.leat.features.server;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.features.server.CommittedState.Depth;
import io.leat.features.server.CommittedState.NotInMemoryException;
import io.leat.features.server.RequestException.Kind;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.Principal;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.Role;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the endpoints share: lets requests in, has them answered, counts them. Thread-safe.
 *
 * <p>It knows how many reads are under way, so that the state is closed after the last of them.
 */
final class ReadGate {
  private static final Logger log = LoggerFactory.getLogger(ReadGate.class);

  /**
   * What is worth trying on the connection's own thread: some 0.2 ms, as a request of 2,000 values
   * that are in memory takes 2 ms ({@code benchmarks/run feature-server}). Of more rows one or
   * another is likely to lie in a file that was written lately, and all of them would be read
   * again.
   */
  private static final int MOST_VALUES_AT_ONCE = 200;

  /** How an endpoint's requests and answers look. */
  interface Endpoint<T> {
    /** Its name in the metrics. */
    String name();

    /**
     * @throws RequestException if the body is no request
     */
    OnlineRequest decode(RequestHeaders headers, byte[] body) throws RequestException;

    /** The answer as the endpoint gives it. */
    T answer(ServiceRequestContext context, OnlineRequest request, OnlineAnswer answer);

    /** A refusal as the endpoint gives it; it may be thrown, too. */
    T refuse(RequestException refusal);
  }

  private final OnlineFeatures features;
  private final Access access;
  private final Supplier<Optional<String>> problem;
  private final Limits limits;
  private final ReadMetrics metrics;
  private final InstantSource clock;
  private final Semaphore room;
  private volatile boolean stopping;

  /**
   * @param problem what keeps requests from being answered; empty while nothing does
   */
  ReadGate(
      OnlineFeatures features,
      Access access,
      Supplier<Optional<String>> problem,
      Limits limits,
      ReadMetrics metrics,
      InstantSource clock) {
    this.features = features;
    this.access = access;
    this.problem = problem;
    this.limits = limits;
    this.metrics = metrics;
    this.clock = clock;
    this.room = new Semaphore(limits.concurrent());
  }

  /** Requests that are being read. */
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
   * @param body asked for once the request has been let in
   */
  <T> CompletableFuture<T> read(
      ServiceRequestContext context,
      Supplier<CompletableFuture<byte[]>> body,
      Endpoint<T> endpoint) {
    long start = System.nanoTime();
    if (stopping) {
      context.initiateConnectionShutdown();
    }
    try {
      enter(context);
    } catch (RequestException e) {
      return CompletableFuture.completedFuture(refuse(context, endpoint, e, start));
    }
    return body.get()
        .handle((whole, failure) -> answer(context, whole, failure, endpoint, start))
        .thenCompose(answer -> answer);
  }

  /** Whether the server is in a state to answer, and the request may come in. */
  private void enter(ServiceRequestContext context) throws RequestException {
    try {
      access.admit(context, Role.READ_FEATURES);
    } catch (RefusedException e) {
      throw new RequestException(
          e.status().code() == 401 ? Kind.NO_KEY : Kind.WRONG_KEY, "%s", e.detail());
    }
    Optional<String> why = problem.get();
    if (why.isPresent()) {
      throw new RequestException(Kind.NOT_READY, "Not ready: %s.", why.get());
    }
  }

  /**
   * Answers on the connection's own thread what is in memory and soon done, everything else on a
   * thread that may wait: a change of threads takes longer than most reads.
   */
  private <T> CompletableFuture<T> answer(
      ServiceRequestContext context,
      byte[] body,
      @Nullable Throwable failure,
      Endpoint<T> endpoint,
      long start) {
    if (!room.tryAcquire()) {
      return CompletableFuture.completedFuture(
          refuse(
              context,
              endpoint,
              new RequestException(
                  Kind.TOO_MANY,
                  "%d requests are being read, and at most as many may be; come again later.",
                  limits.concurrent()),
              start));
    }
    boolean handedOn = false;
    try {
      if (failure != null) {
        throw failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
      }
      OnlineRequest request = endpoint.decode(context.request().headers(), body);
      if (features.values(request) <= MOST_VALUES_AT_ONCE) {
        try {
          return CompletableFuture.completedFuture(
              answer(context, request, Depth.MEMORY, endpoint, start));
        } catch (NotInMemoryException e) {
          log.trace("Read from disk", e);
        }
      }
      CompletableFuture<T> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return answer(context, request, Depth.DISK, endpoint, start);
                } catch (Throwable e) {
                  return refuse(context, endpoint, refusal(e), start);
                } finally {
                  room.release();
                }
              },
              context.blockingTaskExecutor());
      handedOn = true;
      return answer;
    } catch (Throwable e) {
      return CompletableFuture.completedFuture(refuse(context, endpoint, refusal(e), start));
    } finally {
      if (!handedOn) {
        room.release();
      }
    }
  }

  private <T> T answer(
      ServiceRequestContext context,
      OnlineRequest request,
      Depth depth,
      Endpoint<T> endpoint,
      long start)
      throws RequestException {
    T answer = endpoint.answer(context, request, features.answer(request, clock.instant(), depth));
    metrics.request(
        endpoint.name(),
        Principal.nameOf(context),
        request.names().service(),
        200,
        System.nanoTime() - start);
    return answer;
  }

  /** How a failure is reported; one of the server's own is logged. */
  RequestException refusal(Throwable failure) {
    if (failure instanceof RequestException refusal) {
      return refusal;
    }
    if (failure instanceof ContentTooLargeException
        || (failure instanceof HttpStatusException status
            && status.httpStatus().equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE))) { // HTTP/2's
      return new RequestException(
          Kind.TOO_LARGE, "The body is too large; at most %d bytes.", limits.requestBytes());
    }
    if (failure instanceof RequestTimeoutException) {
      return new RequestException(Kind.TOO_SLOW, "The request did not come whole in time.");
    }
    if (failure instanceof ClosedStreamException || failure instanceof ResponseCompleteException) {
      log.debug("A client went away, or has been told that its time is up", failure);
      return new RequestException(Kind.ABORTED, "The request did not come whole.");
    }
    log.error("A read of online features failed", failure);
    return new RequestException(Kind.FAILED, "The server failed; its log says why.");
  }

  private <T> T refuse(
      ServiceRequestContext context, Endpoint<T> endpoint, RequestException refusal, long start) {
    metrics.request(
        endpoint.name(),
        Principal.nameOf(context),
        Optional.empty(),
        refusal.kind().status().code(),
        System.nanoTime() - start);
    return endpoint.refuse(refusal);
  }
}

package io.leat.runtime.access;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.common.util.CompositeException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.handler.codec.DecoderException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all routes of a server share: lets requests in, so many at once, has them answered on
 * threads that may wait, counts them, and finds out why one is not answered; the server words it.
 * Thread-safe.
 */
public final class RequestGate {
  private static final Logger log = LoggerFactory.getLogger(RequestGate.class);

  private final Access access;
  private final RequestOptions limits;
  private final Counter counter;
  private final Function<Throwable, Optional<RefusedException>> known;
  private final Semaphore room;
  private volatile boolean stopping;

  /** Takes what became of a request. */
  @FunctionalInterface
  public interface Counter {
    /**
     * @param nanos from the request's headers to its answer
     */
    void count(ServiceRequestContext context, String route, HttpStatus status, long nanos);
  }

  /**
   * What answers a request.
   *
   * @param <B> its body
   * @param <T> its answer
   */
  @FunctionalInterface
  public interface Work<B, T> {
    /**
     * @throws Exception a {@link RefusedException}, or what the gate makes one of
     */
    T answer(Principal sender, B body) throws Exception;
  }

  /**
   * @param known what the server says of failures that it knows, beside {@link RefusedException}s
   */
  public RequestGate(
      Access access,
      RequestOptions limits,
      Counter counter,
      Function<Throwable, Optional<RefusedException>> known) {
    this.access = access;
    this.limits = limits;
    this.counter = counter;
    this.known = known;
    this.room = new Semaphore(limits.concurrent());
  }

  /** Requests that are being answered. */
  public int underWay() {
    return limits.concurrent() - room.availablePermits();
  }

  /** From now on connections are closed behind their answers. */
  public void stop() {
    stopping = true;
  }

  /** Waits until no request is under way, and lets none in any more. */
  public boolean close(Duration timeout) throws InterruptedException {
    return room.tryAcquire(limits.concurrent(), timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Answers a request once its body is there, on a thread that may wait, or refuses it.
   *
   * @param route its name for the counter
   * @param body asked for once the request has been let in
   * @param refuse words a refusal; may throw it
   */
  public <B, T> CompletableFuture<T> serve(
      ServiceRequestContext context,
      String route,
      Role role,
      Supplier<CompletableFuture<B>> body,
      Work<B, T> work,
      Function<RefusedException, T> refuse) {
    return serve(
        context,
        route,
        role,
        sender ->
            body.get()
                .thenApplyAsync(
                    whole -> answer(context, sender, whole, work), context.blockingTaskExecutor()),
        refuse);
  }

  private static <B, T> T answer(
      ServiceRequestContext context, Principal sender, B body, Work<B, T> work) {
    try {
      if (context.isTimedOut()) {
        throw new RefusedException(
            HttpStatus.SERVICE_UNAVAILABLE, "The request waited until its time was up.");
      }
      return work.answer(sender, body);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  /**
   * Answers a request, or refuses it.
   *
   * @param route its name for the counter
   * @param work begun once the request has been let in
   * @param refuse words a refusal; may throw it
   */
  public <T> CompletableFuture<T> serve(
      ServiceRequestContext context,
      String route,
      Role role,
      Function<Principal, CompletableFuture<T>> work,
      Function<RefusedException, T> refuse) {
    long start = System.nanoTime();
    if (stopping) {
      context.initiateConnectionShutdown();
    }
    CompletableFuture<T> answer;
    boolean entered = false;
    try {
      Principal sender = access.admit(context, role);
      entered = room.tryAcquire();
      if (!entered) {
        throw new RefusedException(
            HttpStatus.TOO_MANY_REQUESTS,
            "%d requests are being answered, and at most as many may be; come again later."
                .formatted(limits.concurrent()));
      }
      answer = work.apply(sender);
    } catch (RefusedException | RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<T> worded =
        answer.handle(
            (given, failure) -> {
              if (failure == null) {
                counter.count(context, route, HttpStatus.OK, System.nanoTime() - start);
                return given;
              }
              RefusedException why = refusal(context, failure);
              counter.count(context, route, why.status(), System.nanoTime() - start);
              return refuse.apply(why);
            });
    return entered ? worded.whenComplete((given, failure) -> room.release()) : worded;
  }

  /** How a failure is reported; one of the server's own is logged. */
  public RefusedException refusal(ServiceRequestContext context, Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof RefusedException refusal) {
      return refusal;
    }
    Optional<RefusedException> said = known.apply(failure);
    if (said.isPresent()) {
      return said.get();
    }
    if (failure instanceof ContentTooLargeException
        || (failure instanceof HttpStatusException status // HTTP/2's
            && status.httpStatus().equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE))) {
      return new RefusedException(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          "The body is too large; at most %d bytes.".formatted(context.maxRequestLength()));
    }
    if (isOfDecoding(failure)) {
      return new RefusedException(
          HttpStatus.BAD_REQUEST, "The body is not what its content-encoding says.");
    }
    if (failure instanceof RequestTimeoutException) {
      return new RefusedException(
          HttpStatus.REQUEST_TIMEOUT, "The request did not come whole in time.");
    }
    if (failure instanceof ClosedStreamException || failure instanceof ResponseCompleteException) {
      log.debug("A client went away, or has been told that its time is up", failure);
      return new RefusedException(
          HttpStatus.CLIENT_CLOSED_REQUEST, "The request did not come whole.");
    }
    log.error("A request could not be answered", failure);
    return new RefusedException(
        HttpStatus.INTERNAL_SERVER_ERROR, "The server failed; its log says why.");
  }

  /** What is no gzip at all fails twice: as it comes, and when the decoder is closed. */
  private static boolean isOfDecoding(Throwable failure) {
    return failure instanceof DecoderException
        || (failure instanceof CompositeException all
            && all.getExceptions().stream().anyMatch(RequestGate::isOfDecoding));
  }
}

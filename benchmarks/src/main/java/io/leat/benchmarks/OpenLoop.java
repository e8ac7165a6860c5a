package io.leat.benchmarks;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Sends requests when they are due, whether or not earlier ones have been answered, and measures
 * from when they were due: a server that stalls is charged for every request it kept waiting.
 */
final class OpenLoop implements AutoCloseable {
  private static final int DIGITS = 3;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  /** Sleeping is this much too long at times; what is left is waited for awake. */
  private static final long AWAKE_NANOS = 80_000;

  private final ClientFactory clients =
      ClientFactory.builder().idleTimeout(Duration.ofMinutes(5)).build();
  private final WebClient client;

  OpenLoop(int port) {
    this.client =
        WebClient.builder("h1c://127.0.0.1:" + port)
            .factory(clients)
            .maxResponseLength(64 << 20)
            .responseTimeoutMillis(30_000)
            .build();
  }

  /** What was measured: latencies in nanoseconds, and how many answers were none. */
  record Measured(Histogram latencies, long failures) {
    double millis(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e6;
    }
  }

  /** Asks once, and gives the body. */
  String ask(byte[] body) {
    AggregatedHttpResponse answer = client.execute(post(body)).aggregate().join();
    if (answer.status().code() != 200) {
      throw new IllegalStateException(answer.status() + " " + answer.contentUtf8());
    }
    return answer.contentUtf8();
  }

  /**
   * Posts bodies at a rate for a time.
   *
   * @param bodies makes the body of each request by its number
   */
  Measured post(LongFunction<byte[]> bodies, int perSecond, Duration duration)
      throws InterruptedException {
    return run(number -> post(bodies.apply(number)), perSecond, duration);
  }

  /** Gets a path, at a rate for a time. */
  Measured get(String path, int perSecond, Duration duration) throws InterruptedException {
    return run(number -> HttpRequest.of(HttpMethod.GET, path), perSecond, duration);
  }

  private interface Requests {
    HttpRequest number(long number);
  }

  private Measured run(Requests requests, int perSecond, Duration duration)
      throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
    AtomicLong failures = new AtomicLong();
    long count = duration.toMillis() * perSecond / 1_000;
    CountDownLatch open = new CountDownLatch(Math.toIntExact(count));
    long start = System.nanoTime();
    for (long number = 0; number < count; number++) {
      long due = start + number * 1_000_000_000L / perSecond;
      awaitTime(due);
      client
          .execute(requests.number(number))
          .aggregate()
          .whenComplete(
              (answer, failure) -> {
                latencies.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - due));
                if (failure != null || answer.status().code() != 200) {
                  failures.incrementAndGet();
                }
                open.countDown();
              });
    }
    open.await();
    return new Measured(latencies, failures.get());
  }

  private static HttpRequest post(byte[] body) {
    return HttpRequest.of(
        RequestHeaders.builder(HttpMethod.POST, "/get-online-features")
            .contentType(MediaType.JSON)
            .build(),
        HttpData.wrap(body));
  }

  private static void awaitTime(long due) {
    long left = due - System.nanoTime();
    while (left > 0) {
      if (left > AWAKE_NANOS) {
        LockSupport.parkNanos(left - AWAKE_NANOS);
      } else {
        Thread.onSpinWait();
      }
      left = due - System.nanoTime();
    }
  }

  @Override
  public void close() {
    clients.close();
  }
}

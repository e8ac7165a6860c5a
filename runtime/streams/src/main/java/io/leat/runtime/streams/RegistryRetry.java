package io.leat.runtime.streams;

import io.leat.schemas.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a registry that does not answer: back-pressure, no dead letter. Thread-safe; the
 * calling stream thread waits.
 *
 * <p>A wait is bounded by {@link #LONGEST_WAIT}, well below Kafka's {@code max.poll.interval.ms} of
 * five minutes. Then the thread lets go of its tasks by {@link TaskMigratedException}, on which
 * Kafka Streams drops what is not committed, joins its group again and reads the same event again:
 * the group goes on, a stop of the service is noticed, and nothing is lost or written twice.
 */
public final class RegistryRetry {
  /** The longest that one call waits, about. */
  public static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  private static final Logger log = LoggerFactory.getLogger(RegistryRetry.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Lets time pass. */
  @FunctionalInterface
  public interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  private record Outage(Instant since, String problem) {}

  private final InstantSource clock;
  private final @Nullable Pause pause;
  private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();

  /**
   * @param pause how time is let pass; tests count it instead
   */
  public RegistryRetry(InstantSource clock, Pause pause) {
    this(pause, clock);
  }

  private RegistryRetry(@Nullable Pause pause, InstantSource clock) {
    this.clock = clock;
    this.pause = pause;
  }

  /** No retry: a registry that does not answer is told to whoever asks, at once. */
  public static RegistryRetry none() {
    return new RegistryRetry(null, InstantSource.system());
  }

  /** Waits in real time, and tells the service's readiness of outages. */
  public static RegistryRetry of(JobContext context) {
    RegistryRetry retry =
        new RegistryRetry(InstantSource.system(), time -> Thread.sleep(time.toMillis()));
    context.readiness().add("registry", retry::problem);
    return retry;
  }

  /** What is amiss while the registry does not answer; empty when it does. */
  public Optional<String> problem() {
    return Optional.ofNullable(outage.get()).map(Outage::problem);
  }

  /**
   * Asks the registry until it answers; for processors.
   *
   * @throws RegistryException if it refuses, so that asking again is of no use
   * @throws TaskMigratedException if it did not answer for {@link #LONGEST_WAIT}
   */
  public <T> T call(Supplier<T> request) {
    return call(
        request,
        e ->
            new TaskMigratedException(
                "The schema registry has not answered for %d s; the task is given back and read again"
                    .formatted(LONGEST_WAIT.toSeconds()),
                e));
  }

  /**
   * Asks the registry until it answers; for the building of a topology, when there is no task to
   * give back.
   *
   * @throws RegistryException if it refuses, or did not answer for {@link #LONGEST_WAIT}
   */
  public <T> T callAtStart(Supplier<T> request) {
    return call(request, e -> e);
  }

  private <T> T call(Supplier<T> request, Function<RegistryException, RuntimeException> givingUp) {
    Duration waited = Duration.ZERO;
    Duration next = FIRST_PAUSE;
    while (true) {
      Instant asked = clock.instant();
      try {
        T answer = request.get();
        answered();
        return answer;
      } catch (RegistryException e) {
        if (!e.isRetriable() || pause == null) {
          throw e;
        }
        failed(String.valueOf(e.getMessage()));
        waited = waited.plus(Duration.between(asked, clock.instant()));
        if (waited.compareTo(LONGEST_WAIT) >= 0) {
          throw givingUp.apply(e);
        }
      }
      try {
        pause.of(next);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TaskMigratedException("Interrupted while waiting for the schema registry", e);
      }
      waited = waited.plus(next);
      Duration doubled = next.multipliedBy(2);
      next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  /** The registry did not answer somebody who waits in another way; told once an outage. */
  public void failed(String problem) {
    if (outage.compareAndSet(null, new Outage(clock.instant(), problem))) {
      log.warn(
          "{} The service waits and goes on by itself when the registry answers; nothing is lost.",
          problem);
    }
  }

  /** The registry answered. */
  public void answered() {
    Outage ended = outage.getAndSet(null);
    if (ended != null) {
      log.info(
          "The schema registry answers again, after {} s; the service goes on.",
          Duration.between(ended.since(), clock.instant()).toSeconds());
    }
  }
}

package io.leat.ingestion;

import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.runtime.streams.RecordGate;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryException;
import io.leat.schemas.WireFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Lets the records of one contract pass whose schema is known, and asks the registry for that of
 * others on a thread of its own: a registry that is down or slow holds up the partitions whose next
 * event it must be asked for, and nothing else. Thread-safe.
 *
 * <p>It looks at values in wire format. A schema id that stands elsewhere (Avro in a structured
 * CloudEvent) is asked for when the event is processed, by {@link RegistryRetry}.
 */
final class SchemaGate implements RecordGate {
  /**
   * How long the first answer is waited for. A registry in order answers within milliseconds, and a
   * partition that is not held does not have to be fetched again.
   */
  private static final Duration FIRST_WAIT = Duration.ofMillis(500);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final String event;
  private final ContractSchemas schemas;
  private final RegistryRetry retry;
  private final InstantSource clock;
  private final Executor executor;
  private final Map<Integer, Question> open = new ConcurrentHashMap<>();

  SchemaGate(String event, ContractSchemas schemas, RegistryRetry retry, InstantSource clock) {
    this.event = event;
    this.schemas = schemas;
    this.retry = retry;
    this.clock = clock;
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            1, // the registry's client asks one thing after the other
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "schemas-" + event);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    this.executor = threads;
  }

  @Override
  public boolean mayPass(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null || !WireFormat.isFramed(value)) {
      return true;
    }
    int id = WireFormat.schemaId(value);
    if (schemas.isKnown(id)) {
      return true;
    }
    boolean answered = open.computeIfAbsent(id, Question::new).isAnswered();
    if (answered) {
      open.remove(id);
    }
    return answered;
  }

  /** The schema of one id, asked for until the registry answers. */
  private final class Question {
    private final int id;
    private Optional<CompletableFuture<Boolean>> asked = Optional.empty();
    private Duration pause = Duration.ZERO;
    private Instant next = Instant.MIN;

    Question(int id) {
      this.id = id;
    }

    synchronized boolean isAnswered() {
      if (asked.isEmpty()) {
        if (clock.instant().isBefore(next)) {
          return false;
        }
        CompletableFuture<Boolean> begun = CompletableFuture.supplyAsync(this::ask, executor);
        asked = Optional.of(begun);
        if (pause.isZero()) {
          awaitBriefly(begun);
        }
      }
      if (!asked.get().isDone()) {
        retry.failed(
            "The schema registry has not yet answered what schema id %d of %s is."
                .formatted(id, event));
        return false;
      }
      if (asked.get().join()) {
        return true;
      }
      asked = Optional.empty();
      Duration doubled = pause.multipliedBy(2);
      pause =
          pause.isZero()
              ? FIRST_PAUSE
              : doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      next = clock.instant().plus(pause);
      return false;
    }

    /** False where the registry did not answer; what it refuses is for the stream to meet. */
    private boolean ask() {
      try {
        schemas.ask(id);
      } catch (RegistryException e) {
        if (e.isRetriable()) {
          retry.failed(String.valueOf(e.getMessage()));
          return false;
        }
      }
      retry.answered();
      return true;
    }

    private static void awaitBriefly(CompletableFuture<Boolean> answer) {
      try {
        answer.get(FIRST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException e) {
        // it is looked at again at the next poll
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

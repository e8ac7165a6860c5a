package io.leat.console;

import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one snapshot fresh, on a thread of its own. What goes wrong is shown in the snapshot, and
 * tried again: a display never stops what it displays. Thread-safe.
 */
final class Refresher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Refresher.class);
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final Pipeline pipeline;
  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final Supplier<Flow> flow;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread worker = new Thread(work, "console");
            worker.setDaemon(true);
            return worker;
          });
  private volatile Snapshot snapshot = Snapshot.NONE;
  private @Nullable LogReader reader; // the thread's

  Refresher(
      Pipeline pipeline,
      Map<String, Object> kafka,
      RegistryClient registry,
      Supplier<Flow> flow,
      InstantSource clock) {
    this.pipeline = pipeline;
    this.kafka = kafka;
    this.registry = registry;
    this.flow = flow;
    this.clock = clock;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::refresh, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void refresh() {
    try {
      if (reader == null) {
        reader = new LogReader(pipeline, kafka, registry);
      }
      snapshot = reader.read(clock.instant(), flow.get());
    } catch (KafkaException | RegistryException e) {
      log.debug("the console's snapshot is not refreshed", e);
      forget();
      snapshot = snapshot.with(flow.get(), Optional.of(String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      log.error("The console's snapshot cannot be refreshed", e);
      forget();
      snapshot = snapshot.with(flow.get(), Optional.of("A defect of the console; see its log."));
    }
  }

  /** A consumer that failed is not asked again; the next reads from the beginning. */
  private void forget() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  /** The newest snapshot; at once. */
  Snapshot snapshot() {
    return snapshot;
  }

  @Override
  public void close() {
    thread.execute(this::forget);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("The console still reads; its thread ends with the process.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

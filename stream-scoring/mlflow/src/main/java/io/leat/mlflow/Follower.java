package io.leat.mlflow;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.Reason;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what an alias means in an MLflow server's registry, for each model that the pipeline
 * declares: asks again and again, and at once where somebody says that something has changed. Which
 * versions were published stands in their tag {@value #SOURCE}; one that is refused is not tried
 * again before another has the alias, or this process starts anew.
 */
final class Follower implements AutoCloseable {
  /** Tag of a version: the address of the version that it was, for people to open. */
  static final String SOURCE = "mlflow.source";

  private static final Logger log = LoggerFactory.getLogger(Follower.class);
  private static final String ACTOR = "mlflow";
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Pipeline pipeline;
  private final ModelRegistry registry;
  private final Publisher publisher;
  private final FollowedServer server;
  private final String alias;
  private final Duration every;
  private final Path folder;
  private final Counter refusals;
  private final Map<String, String> refused = new HashMap<>();
  private final Semaphore hints = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "follow-mlflow");

  /** Of each model why it cannot be followed now. */
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  /**
   * @param alias in the registry that is followed
   * @param every how often it is asked
   * @param folder takes a version's files while it is published; emptied
   */
  Follower(
      Pipeline pipeline,
      ModelRegistry registry,
      Publisher publisher,
      FollowedServer server,
      String alias,
      Duration every,
      Path folder,
      MeterRegistry metrics) {
    this.pipeline = pipeline;
    this.registry = registry;
    this.publisher = publisher;
    this.server = server;
    this.alias = alias;
    this.every = every;
    this.folder = folder;
    this.refusals =
        Counter.builder("leat.mlflow.follow.refused")
            .description("Versions of the registry that is followed which were not published.")
            .register(metrics);
    Gauge.builder("leat.mlflow.follow.failing", problems, failing -> failing.isEmpty() ? 0 : 1)
        .description("1 while the registry that is followed cannot be asked.")
        .register(metrics);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Somebody says that something has changed. */
  void hint() {
    hints.release();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        for (Model model : pipeline.models()) {
          follow(model);
        }
        hints.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS);
        hints.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(Model model) throws InterruptedException {
    try {
      Optional<FollowedServer.Version> there = server.byAlias(model.name(), alias);
      if (there.isPresent() && !there.get().link().equals(refused.get(model.name()))) {
        refused.remove(model.name());
        if (!isHere(model.name(), there.get())) {
          take(model, there.get());
        }
      }
      problems.remove(model.name());
    } catch (IOException | LeatException e) {
      fail(model, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      fail(model, e.toString(), e); // a fault of ours ends neither this thread nor other models
      log.warn("because of", e);
    }
  }

  private void fail(Model model, String sentence, Exception why) {
    if (!sentence.equals(problems.put(model.name(), sentence))) {
      log.warn(
          "Model {} cannot be followed in the registry there, and is asked for again: {}",
          model.name(),
          sentence);
      log.debug("because of", why);
    }
  }

  private boolean isHere(String model, FollowedServer.Version there) {
    RegistryView view = registry.view();
    return view.versions(model).stream() // a deleted one does not come back
        .anyMatch(version -> there.link().equals(Versions.tags(view, version).get(SOURCE)));
  }

  private void take(Model model, FollowedServer.Version there)
      throws IOException, InterruptedException {
    if (Files.exists(folder)) {
      Uploads.delete(folder);
    }
    Files.createDirectories(folder);
    try {
      server.download(there, folder);
      Reason why =
          new Reason(ACTOR, Optional.of("it is %s there".formatted(alias)), List.of(there.link()));
      Published published = publisher.publish(model, folder, Optional.empty(), why);
      String number = String.valueOf(published.version().getNumber());
      registry.tag(
          new ModelReference(model.name(), number), Map.of(SOURCE, there.link()), Reason.of(ACTOR));
      log.info("{} is version {} of model {}", there.link(), number, model.name());
    } catch (Refusal e) {
      refuse(model, there, e.detail());
    } catch (LeatException e) {
      if (e.code() != ErrorCode.MODEL) {
        throw e; // it may be published later
      }
      refuse(model, there, String.valueOf(e.getMessage()));
    } finally {
      Uploads.delete(folder);
    }
  }

  private void refuse(Model model, FollowedServer.Version there, String sentence) {
    refused.put(model.name(), there.link());
    refusals.increment();
    log.warn("{} was not published: {}", there.link(), sentence);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(STOP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.close();
    }
  }
}

package io.leat.scoring.engine;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.RegistryView;
import io.leat.records.RegistryEntry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.CompactedTopic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the model registry and loads what it says, on one thread of the process: however long a
 * model takes to open, the stream goes on meanwhile.
 */
public final class RegistryFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A model that is being opened meanwhile is closed right after, by the thread itself. */
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Supplier<Optional<CompactedTopic<RegistryEntry>>> registry;
  private final ArtifactStore artifacts;
  private final RolloutLoader loader;
  private final List<ModelRollouts> models;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "model-rollouts");
  private volatile @Nullable CompactedTopic<RegistryEntry> followed;
  private volatile Optional<String> problem = Optional.empty();
  private volatile Optional<RegistryView> told = Optional.empty();

  private RegistryFollower(
      Supplier<Optional<CompactedTopic<RegistryEntry>>> registry,
      ArtifactStore artifacts,
      RolloutLoader loader,
      List<ModelRollouts> models) {
    this.registry = registry;
    this.artifacts = artifacts;
    this.loader = loader;
    this.models = models;
    thread.setDaemon(true);
  }

  /**
   * Begins to follow a cluster's registry.
   *
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @param artifacts has the versions' files; closed when this is
   * @param metrics takes the meters of the versions
   * @param models each told what the registry says, and closed when this is
   */
  public static RegistryFollower start(
      Map<String, ?> kafka,
      AvroCodec codec,
      ArtifactStore artifacts,
      MeterRegistry metrics,
      List<ModelRollouts> models) {
    RegistryFollower follower =
        new RegistryFollower(
            () -> RegistryView.follow(kafka, codec),
            artifacts,
            new RolloutLoader(artifacts, metrics),
            models);
    follower.thread.start();
    return follower;
  }

  /** Why the registry cannot be read, in one sentence; empty while it can. */
  public Optional<String> problem() {
    return problem;
  }

  /** What the registry last said; empty before it was read. */
  public Optional<RegistryView> view() {
    return told;
  }

  private void run() {
    try {
      while (stop.getCount() > 0) {
        try {
          follow();
        } catch (WakeupException e) {
          log.debug("woken up to stop");
        } catch (RuntimeException e) {
          fail(String.valueOf(e.getMessage()), e);
        }
        if (stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      problem = Optional.of("it is not followed any more; the log says why");
    }
  }

  /** Ends where the registry cannot be read on; what is loaded stays. */
  private void follow() {
    Optional<CompactedTopic<RegistryEntry>> found = registry.get();
    if (found.isEmpty()) {
      fail("there is no topic %s: leat apply".formatted(Topics.MODEL_REGISTRY), null);
      return;
    }
    try (CompactedTopic<RegistryEntry> topic = found.get()) {
      followed = topic;
      RegistryView view = RegistryView.of(topic.readToEnd().values());
      problem = Optional.empty();
      tell(view);
      while (stop.getCount() > 0) {
        RegistryView now = view;
        models.forEach(model -> model.load(loader, now));
        if (topic.poll(POLL)) {
          view = RegistryView.of(topic.values().values());
          tell(view);
        }
      }
    } finally {
      followed = null;
    }
  }

  private void tell(RegistryView view) {
    told = Optional.of(view);
    models.forEach(model -> model.read(view));
  }

  /** Told once, until it is another. */
  private void fail(String sentence, @Nullable RuntimeException why) {
    if (!problem.equals(Optional.of(sentence))) {
      log.warn("The model registry cannot be followed, and is tried again: {}", sentence);
      log.debug("because of", why);
    }
    problem = Optional.of(sentence);
  }

  @Override
  public void close() {
    stop.countDown();
    CompactedTopic<RegistryEntry> topic = followed;
    if (topic != null) {
      topic.wakeUp();
    }
    try {
      thread.join(STOP.toMillis());
      if (thread.isAlive()) {
        log.info("A model is still being opened; it is closed right after");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    models.forEach(ModelRollouts::close);
    artifacts.close();
  }
}

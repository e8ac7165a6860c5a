package io.leat.features.server;

import io.leat.pipeline.apply.DefinitionLog;
import io.leat.pipeline.apply.Promotions;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.records.Definition;
import io.leat.schemas.topic.CompactedTopic;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows which version of each view is promoted, on a thread of its own. Until the promotions have
 * been read for the first time nobody can say what the views' names mean; from then on what was
 * read last holds, also while brokers or registry are away.
 */
final class PromotionFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PromotionFollower.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_POLL = Duration.ofSeconds(5);

  private final Pipeline pipeline;
  private final DefinitionLog definitions;
  private final Consumer<Map<String, Integer>> promote;
  private final Thread thread;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile @Nullable CompactedTopic<Definition> active;
  private volatile Optional<String> problem =
      Optional.of("it has not been read yet which versions of views are promoted");
  private Map<String, Integer> known = Map.of();

  /**
   * @param promote is told the promoted versions by name of the view, whenever they change
   */
  PromotionFollower(
      Pipeline pipeline, DefinitionLog definitions, Consumer<Map<String, Integer>> promote) {
    this.pipeline = pipeline;
    this.definitions = definitions;
    this.promote = promote;
    this.thread = new Thread(this::run, "promotion-follower");
    thread.setDaemon(true); // one that waits for a broker must not keep the process
  }

  void start() {
    thread.start();
  }

  /** What keeps names of views from having a meaning; empty once the promotions have been read. */
  Optional<String> problem() {
    return problem;
  }

  private boolean stopping() {
    return stop.getCount() == 0;
  }

  private void run() {
    try {
      while (!stopping()) {
        followUntilAnOutage();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void followUntilAnOutage() throws InterruptedException {
    try (CompactedTopic<Definition> followed = definitions.follow()) {
      active = followed;
      while (!stopping()) {
        followed.poll(POLL);
        // Short of the end an older promotion may still stand in a newer one's place.
        if (followed.isAtItsEnd()) {
          take(Promotions.of(pipeline, followed.values().values()));
        }
      }
    } catch (WakeupException e) {
      log.debug("woken up to stop", e);
    } catch (RuntimeException e) { // brokers or registry; what was read goes on to hold
      if (problem.isPresent()) {
        problem =
            Optional.of("which versions of views are promoted cannot be read: " + e.getMessage());
      }
      log.warn("Following the promotions of views failed and is tried again", e);
      stop.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      active = null;
    }
  }

  private void take(Map<String, Integer> promoted) {
    if (!promoted.equals(known) || problem.isPresent()) {
      known = promoted;
      promote.accept(promoted);
      promoted.forEach(this::tell);
    }
    problem = Optional.empty();
  }

  private void tell(String view, int version) {
    if (pipeline.view(new ViewId(view, version)).isPresent()) {
      log.info("The view {} means its version {}", view, version);
    } else {
      pipeline
          .meantByName(view, Map.of())
          .ifPresent(
              lowest ->
                  log.warn(
                      "The version {} of the view {} is promoted, and the pipeline does not declare"
                          + " it: the name means version {}, the lowest",
                      version,
                      view,
                      lowest.version()));
    }
  }

  /** Stops, and waits until it has, but for one that waits for a broker. */
  @Override
  public void close() {
    stop.countDown();
    CompactedTopic<Definition> followed = active;
    if (followed != null) {
      followed.wakeUp();
    }
    try {
      thread.join(LAST_POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

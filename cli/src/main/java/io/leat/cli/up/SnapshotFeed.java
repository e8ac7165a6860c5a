package io.leat.cli.up;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a running stack once a second, in a thread of its own, so that whoever shows it never
 * waits for a broker and never makes it work. What goes wrong while it looks is part of the
 * snapshot: a display never stops what it displays. Thread-safe.
 */
final class SnapshotFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotFeed.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration KEEP = Duration.ofSeconds(10);

  private final StackView view;
  private final TopicCounts counts;
  private final Path folder;
  private final Supplier<List<PartState>> parts;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "snapshots");
  private volatile StackSnapshot newest =
      new StackSnapshot(Optional.empty(), Optional.empty(), List.of(), Optional.empty());

  /**
   * @param view is closed with this
   * @param counts what the view counts; kept in the folder
   * @param parts how the processes do; asked by the feed's thread
   */
  SnapshotFeed(StackView view, TopicCounts counts, Path folder, Supplier<List<PartState>> parts) {
    this.view = view;
    this.counts = counts;
    this.folder = folder;
    this.parts = parts;
  }

  /** Begins to look. */
  SnapshotFeed start() {
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  /** The stack as it was when it was last looked at; how its processes do, as it is now. */
  StackSnapshot newest() {
    StackSnapshot last = newest;
    return new StackSnapshot(last.now(), last.before(), parts.get(), last.problem());
  }

  private void run() {
    Instant kept = Instant.now();
    try {
      do {
        look();
        if (Duration.between(kept, Instant.now()).compareTo(KEEP) >= 0) {
          keep();
          kept = Instant.now();
        }
      } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      log.debug("told to stop while it asked the broker", e);
    } finally {
      Thread.interrupted(); // else the clients would not close
      keep();
      view.close();
    }
  }

  private void look() throws InterruptedException {
    StackSnapshot last = newest;
    try {
      Figures now = view.take();
      newest = new StackSnapshot(Optional.of(now), last.now(), List.of(), Optional.empty());
    } catch (ExecutionException | RuntimeException e) {
      if (stop.getCount() > 0) {
        log.debug("no figures", e);
      }
      newest =
          new StackSnapshot(
              last.now(), last.before(), List.of(), Optional.of(StackView.sentence(e)));
    }
  }

  private void keep() {
    try {
      counts.save(folder);
    } catch (IOException e) {
      log.debug("the counts were not kept; the next to look counts again", e);
    }
  }

  /** Stops looking, and waits until the last look has ended. */
  @Override
  public void close() {
    stop.countDown();
    thread.interrupt();
    try {
      thread.join(PAUSE.multipliedBy(5).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

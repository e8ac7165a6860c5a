package io.leat.runtime.flink;

import io.leat.runtime.flink.StreamDrain.Stage;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Advances a {@link StreamDrain} on a thread of its own, for as long as somebody asks: a task that
 * has ended no longer does. Travels with a graph; what runs is a task's.
 */
final class DrainWatch implements Drain, Serializable {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(DrainWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration UNASKED = Duration.ofSeconds(30);

  private final Properties settings;
  private final ArrayList<Stage> stages;
  private transient volatile long askedAt;
  private transient @Nullable Thread thread;
  private transient volatile @Nullable StreamDrain drain;

  /**
   * @param settings of any Kafka client
   * @param stages as {@link StreamDrain} takes them
   */
  DrainWatch(Properties settings, List<Stage> stages) {
    this.settings = settings;
    this.stages = new ArrayList<>(stages);
  }

  /** The wall clock that the answers are by. */
  static long now() {
    return System.currentTimeMillis();
  }

  @Override
  public synchronized long until() {
    askedAt = System.nanoTime();
    if (thread == null || !thread.isAlive()) {
      thread = new Thread(this::run, "drain-" + stages.get(stages.size() - 1).group());
      thread.setDaemon(true);
      thread.start();
    }
    StreamDrain known = drain;
    return known == null ? UNKNOWN : known.until();
  }

  private void run() {
    boolean reported = false;
    while (isAsked()) {
      try (KafkaLogs logs = new KafkaLogs(settings)) {
        StreamDrain looking = new StreamDrain(stages, logs, DrainWatch::now);
        while (isAsked()) {
          looking.advance();
          if (looking.until() != UNKNOWN) {
            drain = looking; // until then what was known holds
          }
          reported = false;
          LockSupport.parkNanos(EVERY.toNanos());
        }
      } catch (RuntimeException e) {
        if (!reported) {
          log.warn(
              "It cannot be known how far the stream is read, so no further window closes; it is looked again: {}",
              e.toString());
          reported = true;
        }
        LockSupport.parkNanos(EVERY.toNanos());
      }
    }
  }

  private boolean isAsked() {
    return System.nanoTime() - askedAt < UNASKED.toNanos();
  }
}

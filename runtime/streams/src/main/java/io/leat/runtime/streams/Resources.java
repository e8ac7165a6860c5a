package io.leat.runtime.streams;

import io.leat.common.Cleanup;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job opened beside its topology, such as a thread that follows a topic: closed once the
 * streams have stopped, the last first. Thread-safe.
 */
public final class Resources implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Resources.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  public synchronized void add(AutoCloseable resource) {
    opened.push(resource);
  }

  /** Closes them; what cannot be closed is logged. */
  @Override
  public synchronized void close() {
    Throwable failed = new IllegalStateException("a service's resources could not be closed");
    Cleanup.after(failed, opened.toArray(AutoCloseable[]::new));
    opened.clear();
    if (failed.getSuppressed().length > 0) {
      log.warn("Stopping goes on", failed);
    }
  }
}

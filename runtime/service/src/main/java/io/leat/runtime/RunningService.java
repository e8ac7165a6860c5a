package io.leat.runtime;

import java.util.Optional;

/** A service that was started, and runs until it is closed or cannot go on. Thread-safe. */
public interface RunningService extends AutoCloseable {
  /** Why the service stopped by itself; empty while it runs or when it was asked to stop. */
  Optional<Throwable> failure();

  /** Waits until the service has stopped, by itself or by {@link #close}. */
  void awaitStop() throws InterruptedException;

  /** Finishes what is under way and stops. */
  @Override
  void close();

  /**
   * Body of a process that runs nothing else: waits until the service fails or the process is told
   * to stop.
   *
   * @param name what people call it
   * @return exit code: 0 when told to stop, 1 when it failed
   */
  static int await(RunningService service, String name) {
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-" + name));
    try {
      service.awaitStop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return service.failure().isPresent() ? 1 : 0;
  }
}

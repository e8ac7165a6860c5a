package io.leat.runtime.streams;

import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.RunningService;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.TaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link StreamsService} that starts again by itself when it finds its stores damaged: they are
 * deleted and restored from their changelogs, which hold all that is in them. Any other failure
 * ends it. Whoever waits in {@link #awaitStop} does the work, so somebody must.
 */
public final class HealingService implements RunningService {
  private static final Logger log = LoggerFactory.getLogger(HealingService.class);

  /**
   * How often one task's stores are restored: a disk that damages what is written to it is no place
   * for them, and then the service ends. Several tasks are found damaged one after the other.
   */
  private static final int MOST = 3;

  private final StreamsJob job;
  private final JobOptions options;
  private StreamsService current;
  private boolean closed;
  private volatile Optional<Throwable> failure = Optional.empty();

  private HealingService(StreamsJob job, JobOptions options, StreamsService first) {
    this.job = job;
    this.options = options;
    this.current = first;
  }

  /** As {@link StreamsService#start}. */
  public static HealingService start(StreamsJob job, JobOptions options) throws PipelineException {
    return new HealingService(job, options, StreamsService.start(job, options));
  }

  /** The service that runs now. */
  public synchronized StreamsService service() {
    return current;
  }

  @Override
  public Optional<Throwable> failure() {
    return failure;
  }

  @Override
  public void awaitStop() throws InterruptedException {
    Map<Optional<TaskId>, Integer> healed = new HashMap<>();
    while (true) {
      StreamsService running = service();
      running.awaitStop();
      Optional<DamagedStores> damage = running.failure().flatMap(DamagedStores::of);
      if (damage.isEmpty() || healed.merge(damage.get().task(), 1, Integer::sum) > MOST) {
        failure = running.failure();
        return;
      }
      try {
        if (!startAgain(running, damage.get())) {
          return;
        }
      } catch (PipelineException | RuntimeException e) {
        failure = Optional.of(e);
        return;
      }
    }
  }

  /** Whether it runs again; false where it was closed. */
  private synchronized boolean startAgain(StreamsService stopped, DamagedStores damage)
      throws PipelineException {
    if (closed) {
      return false;
    }
    stopped.close();
    List<Path> deleted = damage.delete(options.stateDirectory().resolve(stopped.applicationId()));
    log.warn(
        "{} found its stores damaged ({}). Nothing is lost: it deleted {} and restores them from their changelogs.",
        stopped.applicationId(),
        damage.message(),
        deleted);
    current = StreamsService.start(job, options);
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    current.close();
  }
}

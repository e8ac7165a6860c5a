package io.leat.scoring.engine;

import io.leat.common.LeatException;
import io.leat.models.registry.RegistryView;
import io.leat.records.Rollout;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollouts of one model in this process: which is loaded, which are wanted, and what the tasks
 * that score by them need. A thread of its own loads; tasks go over when they come to their next
 * vector. The revision that is loaded only grows. Thread-safe.
 */
public final class ModelRollouts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelRollouts.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final String model;
  private final InstantSource clock;
  private final RolloutMetrics metrics;
  private final Map<Integer, Task> tasks = new ConcurrentHashMap<>();

  /** Newer than what is loaded, by revision. */
  private final NavigableMap<Long, Rollout> wanted = new TreeMap<>();

  private volatile @Nullable LoadedRollout loaded;
  private volatile boolean registryRead;
  private volatile @Nullable Failure failure;
  private boolean closed;

  /** A task of this process that scores a partition's vectors. */
  public static final class Task {
    private final int partition;

    /** Of the rollout that the partition last went over to; 0 before the first. */
    private final long revision;

    private Task(int partition, long revision) {
      this.partition = partition;
      this.revision = revision;
    }
  }

  /** A rollout that could not be loaded. */
  private record Failure(Rollout rollout, String problem, Duration pause, Instant next) {}

  public ModelRollouts(String model, MeterRegistry meters, InstantSource clock) {
    this.model = model;
    this.clock = clock;
    this.metrics = new RolloutMetrics(meters, model, this::revision, this::championNumber);
  }

  public String model() {
    return model;
  }

  public RolloutMetrics metrics() {
    return metrics;
  }

  /** Revision of the rollout that is loaded; 0 where none is. */
  public long revision() {
    LoadedRollout now = loaded;
    return now == null ? 0 : now.revision();
  }

  private int championNumber() {
    LoadedRollout now = loaded;
    return now == null ? 0 : now.champion().version().getNumber();
  }

  /**
   * Makes the caller a user of the rollout that is loaded.
   *
   * @throws IllegalStateException if none is: a partition's records wait for one
   */
  public synchronized LoadedRollout acquire() {
    LoadedRollout now = loaded;
    if (now == null) {
      throw new IllegalStateException("no rollout of model %s is loaded".formatted(model));
    }
    now.acquire();
    return now;
  }

  /**
   * A task begins with a partition.
   *
   * @param last what its partition last went over to
   */
  public Task enter(int partition, Optional<Rollout> last) {
    last.ifPresent(this::want);
    Task task = new Task(partition, last.map(Rollout::getRevision).orElse(0L));
    tasks.put(partition, task);
    return task;
  }

  /** A task has ended. */
  public void leave(Task task) {
    tasks.remove(task.partition, task);
  }

  /**
   * Whether a partition's next record can be scored: there is a task for it, and what is loaded is
   * what the partition last went over to, or newer.
   */
  public boolean mayPass(int partition) {
    Task task = tasks.get(partition);
    return task != null && revision() > 0 && revision() >= task.revision;
  }

  /** What the registry says now. */
  public void read(RegistryView registry) {
    registry
        .model(model)
        .flatMap(found -> Optional.ofNullable(found.getRollout()))
        .ifPresent(this::want);
    registryRead = true;
  }

  private synchronized void want(Rollout rollout) {
    if (rollout.getRevision() > revision()) {
      wanted.putIfAbsent(rollout.getRevision(), rollout);
    }
  }

  /**
   * Loads the newest rollout that is wanted, if there is one. Where that fails, the one that runs
   * goes on; where none runs, the next older one is tried that a partition went over to.
   */
  public void load(RolloutLoader loader, RegistryView registry) {
    List<Rollout> newestFirst;
    synchronized (this) {
      newestFirst = List.copyOf(wanted.descendingMap().values());
    }
    if (newestFirst.isEmpty() || mustWait(newestFirst)) {
      return;
    }
    for (Rollout rollout : newestFirst) {
      if (rollout.getRevision() > revision() && tryToLoad(rollout, loader, registry)) {
        return;
      }
    }
  }

  /** Whether the newest failed a moment ago, and there is nothing that was not tried since. */
  private boolean mustWait(List<Rollout> newestFirst) {
    Failure last = failure;
    return last != null
        && newestFirst.get(0).getRevision() == last.rollout().getRevision()
        && clock.instant().isBefore(last.next());
  }

  private boolean tryToLoad(Rollout rollout, RolloutLoader loader, RegistryView registry) {
    try {
      Instant begun = clock.instant();
      take(loader.load(model, rollout, registry, Optional.ofNullable(loaded)));
      metrics.load().record(Duration.between(begun, clock.instant()));
    } catch (RuntimeException e) {
      failed(rollout, e);
      return false;
    }
    return true;
  }

  private synchronized void take(LoadedRollout made) {
    if (closed) {
      made.release();
      return;
    }
    LoadedRollout before = loaded;
    loaded = made;
    wanted.headMap(made.revision(), true).clear();
    if (wanted.isEmpty()) {
      failure = null;
    }
    log.info("Model {}: rollout {} is loaded", model, made.revision());
    if (before != null) {
      before.release();
    }
  }

  private void failed(Rollout rollout, RuntimeException why) {
    metrics.loadFailures().increment();
    String problem = String.valueOf(why.getMessage());
    Failure last = failure;
    if (last != null && last.rollout().getRevision() > rollout.getRevision()) {
      log.debug("Model {}: rollout {} cannot be loaded either", model, rollout.getRevision(), why);
      return;
    }
    Duration pause = FIRST_PAUSE;
    if (last != null && last.rollout().getRevision() == rollout.getRevision()) {
      pause = longer(last.pause());
    } else {
      log.error(
          "Model {}: rollout {} cannot be loaded; what runs goes on, and it is tried again: {}",
          model,
          rollout.getRevision(),
          problem,
          why instanceof LeatException ? null : why);
    }
    failure = new Failure(rollout, problem, pause, clock.instant().plus(pause));
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** What keeps vectors from being scored, or by the newest rollout, in one sentence. */
  public Optional<String> problem() {
    LoadedRollout now = loaded;
    Failure last = failure;
    if (last != null) {
      return Optional.of(
          "rollout %d of model %s could not be loaded, and is tried again%s: %s"
              .formatted(
                  last.rollout().getRevision(),
                  model,
                  now == null ? "" : "; rollout %d goes on".formatted(now.revision()),
                  last.problem()));
    }
    if (now == null) {
      return Optional.of(
          !registryRead
              ? "the model registry has not been read yet"
              : isAnyWanted()
                  ? "the versions of model %s are being loaded".formatted(model)
                  : "model %s has no champion, so its vectors wait: leat model promote %s@VERSION"
                      .formatted(model, model));
    }
    return tasks.values().stream()
        .filter(task -> task.revision > now.revision())
        .findFirst()
        .map(
            task ->
                "partition %d waits for rollout %d of model %s, which it went over to; loaded is %d"
                    .formatted(task.partition, task.revision, model, now.revision()));
  }

  private synchronized boolean isAnyWanted() {
    return !wanted.isEmpty();
  }

  /** Lets go of what is loaded; tasks that have not ended keep their versions open. */
  @Override
  public synchronized void close() {
    closed = true;
    LoadedRollout now = loaded;
    if (now != null) {
      now.release();
      loaded = null;
    }
  }
}

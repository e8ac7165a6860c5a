package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.schemas.RegistryException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works requests off, from when this worker is the one that works until it is not any more: takes
 * up what was asked for, and does the next step of each run. Of a model one run is under way at a
 * time. One thread owns it.
 */
final class RunLoop {
  private static final Logger log = LoggerFactory.getLogger(RunLoop.class);

  /** What is not the run's own fault: the same is tried again. */
  private static final Set<ErrorCode> TRANSIENT =
      EnumSet.of(
          ErrorCode.KAFKA,
          ErrorCode.REGISTRY,
          ErrorCode.ARTIFACTS,
          ErrorCode.NOT_APPLIED,
          ErrorCode.NOT_BUILT,
          ErrorCode.NOT_READY,
          ErrorCode.NOT_WRITABLE,
          ErrorCode.DISK_FULL);

  /** A process that ends without a word may have been killed; not over and over. */
  private static final int ATTEMPTS = 3;

  private final RunLog runLog;
  private final RequestLog requests;
  private final Steps steps;
  private final InstantSource clock;
  private final WorkerMetrics metrics;
  private final Map<String, RetrainingRun> runs = new LinkedHashMap<>();
  private final Map<String, Integer> attempts = new LinkedHashMap<>();
  private final Map<String, String> problems;
  private final Consumer<RetrainingRun> mirror;

  /**
   * @param problems takes, by run, what cannot be done at present; any thread may read it
   * @param mirror takes each run's last record; it may not hold the loop up
   */
  RunLoop(
      RunLog runLog,
      RequestLog requests,
      Steps steps,
      InstantSource clock,
      WorkerMetrics metrics,
      Map<String, String> problems,
      Consumer<RetrainingRun> mirror) {
    this.runLog = runLog;
    this.requests = requests;
    this.steps = steps;
    this.clock = clock;
    this.metrics = metrics;
    this.problems = problems;
    this.mirror = mirror;
  }

  /**
   * Goes on until it may not any more.
   *
   * @param goesOn asked between steps
   * @param lookEvery time between looks at what is waited for
   * @param hints of somebody who knows that there is something to look at
   */
  void run(BooleanSupplier goesOn, Duration lookEvery, Semaphore hints)
      throws InterruptedException {
    runs.putAll(runLog.read());
    runs.values().forEach(mirror);
    long unfinished = runs.values().stream().filter(run -> !RunRecords.isFinal(run)).count();
    log.info("{} runs are known, {} of them not finished", runs.size(), unfinished);
    while (goesOn.getAsBoolean()) {
      takeUp();
      boolean worked = false;
      Set<String> busy = new HashSet<>();
      for (RetrainingRun run : List.copyOf(runs.values())) {
        if (RunRecords.isFinal(run) || !busy.add(run.getModel()) || !goesOn.getAsBoolean()) {
          continue;
        }
        Optional<RetrainingRun> next = next(run);
        if (next.isPresent()) {
          write(next.get());
          worked = true;
        }
      }
      if (!worked) {
        boolean hinted = hints.tryAcquire(lookEvery.toMillis(), TimeUnit.MILLISECONDS);
        log.debug("looks again, {}", hinted ? "as told" : "as ever");
      }
    }
  }

  /** Begins a run for each request that has none; of a model's requests for the newest alone. */
  private void takeUp() {
    Map<String, RetrainingRequest> newest = new LinkedHashMap<>();
    for (RetrainingRequest request : requests.read()) {
      if (!runs.containsKey(RunRecords.id(request))) {
        RetrainingRequest older = newest.put(request.getModel(), request);
        if (older != null) {
          write(RunRecords.passedOver(older, clock.instant()));
        }
      }
    }
    newest.values().forEach(request -> write(RunRecords.begun(request, clock.instant())));
  }

  private void write(RetrainingRun run) {
    RetrainingRun stamped = RetrainingRun.newBuilder(run).setTime(clock.instant()).build();
    runLog.write(stamped);
    runs.put(run.getRunId(), stamped);
    mirror.accept(stamped);
    problems.remove(run.getRunId());
    attempts.remove(run.getRunId());
    metrics.step(stamped);
  }

  /** What comes of a run's next step; empty where it waits. */
  private Optional<RetrainingRun> next(RetrainingRun run) {
    Optional<RetrainingRun> answer = RunRecords.answer(run, runs.values());
    if (answer.isPresent()) {
      return answer;
    }
    try {
      Optional<RetrainingRun> next = steps.next(run);
      problems.remove(run.getRunId());
      return next;
    } catch (KafkaException | RegistryException e) {
      throw e;
    } catch (LeatException e) {
      if (TRANSIENT.contains(e.code()) || isTriedAgain(run, e)) {
        String problem = "run %s, %s: %s".formatted(run.getRunId(), run.getStep(), e.getMessage());
        if (!problem.equals(problems.put(run.getRunId(), problem))) {
          log.warn("{}; it is tried again", problem);
        }
        return Optional.empty();
      }
      return Optional.of(failed(run, String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      log.error("Run {} failed at {}, and should not have", run.getRunId(), run.getStep(), e);
      return Optional.of(failed(run, "an error of Leat's own, see the worker's log: " + e));
    }
  }

  private boolean isTriedAgain(RetrainingRun run, LeatException e) {
    return e.code() == ErrorCode.PROCESS_ENDED
        && attempts.merge(run.getRunId(), 1, Integer::sum) < ATTEMPTS;
  }

  private static RetrainingRun failed(RetrainingRun run, String why) {
    return RunRecords.ended(run, RunState.FAILED, "%s: %s".formatted(run.getStep(), why)).build();
  }

  /** Whether an exception says that the thread is to end. */
  static boolean isInterrupt(Throwable e) {
    return e instanceof InterruptException || e instanceof InterruptedException;
  }
}

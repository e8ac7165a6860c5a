package io.leat.retraining.worker;

import io.leat.records.RetrainingRun;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows runs on an MLflow server too. The log of runs is its outbox: whoever begins to work offers
 * every run of it, and of each the last record counts. What cannot be shown is tried again, unless
 * the server refuses it, and holds no run up: a thread of its own shows it. Thread-safe.
 */
final class MlflowMirror implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MlflowMirror.class);
  private static final Duration END = Duration.ofSeconds(5);

  private final MlflowRuns shown;
  private final Function<RetrainingRun, RunFolder> folders;
  private final WorkerMetrics metrics;
  private final Duration pause;
  private final Thread thread;
  private final Map<String, RetrainingRun> waiting = new LinkedHashMap<>();
  private boolean closed;
  private String problem = "";

  /**
   * Begins.
   *
   * @param folders of runs, on this machine
   * @param pause after what could not be shown
   */
  MlflowMirror(
      MlflowRuns shown,
      Function<RetrainingRun, RunFolder> folders,
      WorkerMetrics metrics,
      Duration pause) {
    this.shown = shown;
    this.folders = folders;
    this.metrics = metrics;
    this.pause = pause;
    this.thread = new Thread(this::work, "retraining-mlflow");
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes a run's last record, in place of one that waits. */
  synchronized void offer(RetrainingRun run) {
    waiting.put(run.getRunId(), run);
    notifyAll();
  }

  private void work() {
    try {
      while (true) {
        RetrainingRun run = take();
        try {
          shown.show(run, folders.apply(run));
          metrics.mirrored("shown");
          problem = "";
        } catch (MlflowRuns.Refused e) {
          metrics.mirrored("refused");
          log.warn(
              "Run {} is not shown on MLflow as it is now, and is not tried again before its next record, or the next start: {}",
              run.getRunId(),
              e.getMessage());
        } catch (RuntimeException e) {
          if (RunLoop.isInterrupt(e)) {
            return;
          }
          putBack(run, String.valueOf(e.getMessage()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized RetrainingRun take() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    Iterator<RetrainingRun> runs = waiting.values().iterator();
    RetrainingRun first = runs.next();
    runs.remove();
    return first;
  }

  /** Behind all that wait, unless there is a later record of it by now. */
  private synchronized void putBack(RetrainingRun run, String why) throws InterruptedException {
    metrics.mirrored("failed");
    if (!why.equals(problem)) {
      log.warn("Run {} is not shown on MLflow yet, and is tried again: {}", run.getRunId(), why);
      problem = why;
    }
    waiting.putIfAbsent(run.getRunId(), run);
    long until = System.nanoTime() + pause.toNanos();
    for (long left = pause.toMillis(); left > 0 && !closed; ) {
      wait(left);
      left = (until - System.nanoTime()) / 1_000_000;
    }
  }

  /** Ends; what is not shown yet, the next one shows that begins. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    thread.interrupt();
    try {
      thread.join(END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

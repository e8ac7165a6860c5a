package io.leat.models.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends runs of ONNX Runtime that take too long. One thread runs; another, one a process, looks
 * every {@value #LOOKS_MILLIS} ms at which run it is, so that a run costs two writes and no look at
 * the clock.
 *
 * <p>ONNX Runtime looks whether it is to end between one operator and the next, and each time that
 * a loop of the graph begins anew: an operator that is begun is done first.
 */
final class RunLimit implements AutoCloseable {
  private static final long LOOKS_MILLIS = 20;
  private static final Logger log = LoggerFactory.getLogger(RunLimit.class);
  private static final Set<RunLimit> ALL = ConcurrentHashMap.newKeySet();
  private static final long NONE = 0;
  private static final long ENDED = -1;

  private final RunOptions options;
  private final Duration limit;

  /** The number of the run that is under way, {@link #NONE}, or {@link #ENDED}. */
  private final AtomicLong run = new AtomicLong(NONE);

  /** Of the running thread: how many runs there were. */
  private long runs;

  /** Of the looking thread: the run that it saw, and when first. */
  private long seen;

  private long since;

  static {
    Thread looks = new Thread(RunLimit::look, "onnx-run-limit");
    looks.setDaemon(true);
    looks.start();
  }

  /**
   * @param limit how long a run may take
   */
  RunLimit(Duration limit) {
    this.limit = limit;
    try {
      this.options = new RunOptions();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime makes no options of a run", e);
    }
    ALL.add(this);
  }

  /** What a run is given that this may end. */
  RunOptions options() {
    return options;
  }

  Duration limit() {
    return limit;
  }

  void begin() {
    runs++;
    run.setRelease(runs); // the looking thread sees it soon enough
  }

  /**
   * The run is over.
   *
   * @return whether it was told to end
   */
  boolean end() {
    if (run.compareAndSet(runs, NONE)) {
      return false;
    }
    synchronized (this) { // whoever said so has said it, or could not
      if (run.compareAndSet(runs, NONE)) {
        return false;
      }
      terminate(false);
      run.set(NONE);
    }
    return true;
  }

  private static void look() {
    while (true) {
      try {
        Thread.sleep(LOOKS_MILLIS);
      } catch (InterruptedException e) {
        return; // nobody interrupts it
      }
      look(ALL, System.nanoTime());
    }
  }

  /** Ends those runs that take too long; one that cannot be ended keeps no other from it. */
  static void look(Iterable<RunLimit> all, long now) {
    for (RunLimit one : all) {
      try {
        one.endIfTooLong(now);
      } catch (RuntimeException e) {
        log.error("A run that takes too long could not be ended, and goes on", e);
      }
    }
  }

  private void endIfTooLong(long now) {
    long current = run.get();
    if (current != seen) {
      seen = current;
      since = now;
    } else if (current > NONE && now - since > limit.toNanos()) {
      synchronized (this) {
        if (run.compareAndSet(current, ENDED)) {
          try {
            terminate(true);
          } catch (RuntimeException e) {
            since = now; // to be tried again
            run.set(current);
            throw e;
          }
        }
      }
    }
  }

  private void terminate(boolean end) {
    try {
      options.setTerminate(end);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime does not end a run", e);
    }
  }

  /** Not while a run is under way. */
  @Override
  public void close() {
    ALL.remove(this);
    options.close();
  }
}

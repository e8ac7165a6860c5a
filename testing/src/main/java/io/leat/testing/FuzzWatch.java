package io.leat.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/** Sees to it that no input takes long. */
public final class FuzzWatch {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WARM_UP = 100;

  private static long runs;

  private FuzzWatch() {}

  /**
   * Runs what an input is given to; in CPU time of this thread, so that a busy machine changes
   * nothing. The first runs load classes and are not measured.
   *
   * @throws AssertionError if it took more than a second
   */
  public static void within1s(Runnable work) {
    long begun = THREADS.getCurrentThreadCpuTime();
    work.run();
    long taken = THREADS.getCurrentThreadCpuTime() - begun;
    if (++runs > WARM_UP && taken > Duration.ofSeconds(1).toNanos()) {
      throw new AssertionError("one input took " + Duration.ofNanos(taken));
    }
  }
}

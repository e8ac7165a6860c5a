package io.leat.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The CPU time of a benchmark's own thread, which on a machine that others use too says more than
 * wall clock. JMH adds both counters up over the iterations.
 */
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class CpuClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Events so far; each benchmark counts its own. */
  public long events;

  /** Nanoseconds of CPU so far. */
  public long nanos;

  private long start;

  @Setup(Level.Iteration)
  public void start() {
    events = 0;
    nanos = 0;
    start = THREADS.getCurrentThreadCpuTime();
  }

  @TearDown(Level.Iteration)
  public void stop() {
    nanos = THREADS.getCurrentThreadCpuTime() - start;
  }
}

package io.leat.runtime.flink;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/**
 * Watermarks of one partition that rest on what is known to be read in all of them. A watermark is
 * passed on once everything that was in the stream when it was reached has been read: until then
 * another partition, even one that was silent for long, may have records of the same time that it
 * has not been given yet. And a partition no longer holds the others back when it has been silent
 * for some time <em>and</em> everything that was in the stream at the end of that time has been
 * read: silence alone may be an outage of a stage before, or a backlog of which other partitions
 * come first. One task's thread's.
 *
 * <p>Remembers one watermark a second for as long as the stream is not read to where it ended when
 * that was reached.
 *
 * @param <T> type of the records
 */
final class DrainedWatermarks<T> implements WatermarkGenerator<T> {
  private static final long ONE_SECOND = 1_000;

  private final WatermarkGenerator<T> watermarks;
  private final long idlenessMillis;
  private final LongSupplier clock;
  private final Drain drain;
  private final boolean mayStandStill;
  private final Reached reached = new Reached();
  private final Deque<Step> steps = new ArrayDeque<>();
  private Watermark remembered = reached.watermark;
  private long silentSince;
  private long newest = Long.MIN_VALUE;

  /** The watermark that had been reached at some time of the wall clock. */
  private record Step(long time, Watermark watermark) {}

  /**
   * @param watermarks by the partition's own records alone
   * @param idleness how long it is silent at least before it is idle
   * @param clock wall clock in milliseconds, that of {@code drain}
   * @param mayStandStill whether records may come for ever whose event time does not pass, as dead
   *     letters do where nothing else comes: those that are no newer are silence too
   */
  DrainedWatermarks(
      WatermarkGenerator<T> watermarks,
      Duration idleness,
      LongSupplier clock,
      Drain drain,
      boolean mayStandStill) {
    this.watermarks = watermarks;
    this.idlenessMillis = idleness.toMillis();
    this.clock = clock;
    this.drain = drain;
    this.mayStandStill = mayStandStill;
    this.silentSince = clock.getAsLong();
  }

  @Override
  public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {
    if (!mayStandStill || eventTimestamp > newest) {
      silentSince = clock.getAsLong();
    }
    newest = Math.max(newest, eventTimestamp);
    watermarks.onEvent(event, eventTimestamp, reached);
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    watermarks.onPeriodicEmit(reached);
    remember(clock.getAsLong());
    long drained = drain.until(); // a question also keeps the answer fresh
    if (drained == Drain.UNKNOWN) {
      return;
    }
    boolean passed = false;
    while (!steps.isEmpty() && steps.getFirst().time() <= drained) {
      output.emitWatermark(steps.removeFirst().watermark());
      passed = true;
    }
    if (passed || drained - silentSince < idlenessMillis) {
      output.markActive();
    } else {
      output.markIdle(); // never at once with a watermark, which nobody would look at
    }
  }

  private void remember(long now) {
    if (reached.watermark.equals(remembered)) {
      return;
    }
    remembered = reached.watermark;
    if (!steps.isEmpty() && steps.getLast().time() / ONE_SECOND == now / ONE_SECOND) {
      steps.removeLast();
    }
    steps.addLast(new Step(now, remembered));
  }

  /** Takes what the partition's own records say. */
  private static final class Reached implements WatermarkOutput {
    private Watermark watermark = new Watermark(Long.MIN_VALUE);

    @Override
    public void emitWatermark(Watermark newest) {
      watermark = newest;
    }

    /** Whether it is idle is decided here. */
    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}
  }
}

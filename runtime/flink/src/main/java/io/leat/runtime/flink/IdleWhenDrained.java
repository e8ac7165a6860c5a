package io.leat.runtime.flink;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/**
 * Watermarks of one partition that no longer hold the others back when it has been silent for some
 * time <em>and</em> everything that was in the stream at the end of that time has been read:
 * silence alone may be an outage of a stage before, or a backlog of which other partitions come
 * first. One task's thread's.
 *
 * @param <T> type of the records
 */
final class IdleWhenDrained<T> implements WatermarkGenerator<T> {
  private final WatermarkGenerator<T> watermarks;
  private final long idlenessMillis;
  private final LongSupplier clock;
  private final Drain drain;
  private long silentSince;
  private boolean idle;

  /**
   * @param idleness how long it is silent at least before it is idle
   * @param clock wall clock in milliseconds, that of {@code drain}
   */
  IdleWhenDrained(
      WatermarkGenerator<T> watermarks, Duration idleness, LongSupplier clock, Drain drain) {
    this.watermarks = watermarks;
    this.idlenessMillis = idleness.toMillis();
    this.clock = clock;
    this.drain = drain;
    this.silentSince = clock.getAsLong();
  }

  @Override
  public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {
    silentSince = clock.getAsLong();
    idle = false;
    watermarks.onEvent(event, eventTimestamp, output);
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    if (!idle) {
      long drained = drain.until(); // a question also keeps the answer fresh
      idle = drained != Drain.UNKNOWN && drained - silentSince >= idlenessMillis;
    }
    if (idle) {
      output.markIdle();
    } else {
      watermarks.onPeriodicEmit(output);
    }
  }
}

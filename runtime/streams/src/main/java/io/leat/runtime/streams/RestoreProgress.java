package io.leat.runtime.streams;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the stores are restored from their changelogs: for the log, for health, and as the gauge
 * {@code leat.state.restore.remaining} (records). Called by the threads that restore; asked by any.
 */
final class RestoreProgress implements StateRestoreListener {
  private static final Logger log = LoggerFactory.getLogger(RestoreProgress.class);
  private static final long SAY_EVERY_MILLIS = 5_000;

  private record Part(String store, long total, long done) {
    Part plus(long records) {
      return new Part(store, total, Math.min(total, done + records));
    }
  }

  private final Map<TopicPartition, Part> parts = new ConcurrentHashMap<>();
  private final LongSupplier clock;
  private long saidAt;

  /**
   * @param clock wall clock in milliseconds; paces the log
   */
  RestoreProgress(MeterRegistry metrics, LongSupplier clock) {
    this.clock = clock;
    Gauge.builder("leat.state.restore.remaining", this, RestoreProgress::remaining)
        .register(metrics);
  }

  /** What is being restored, in one sentence; empty where nothing is. */
  Optional<String> problem() {
    long total = parts.values().stream().mapToLong(Part::total).sum();
    long done = total - remaining();
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "restoring %s: %,d of %,d records, %d %%"
                .formatted(
                    String.join(
                        ", ",
                        parts.values().stream().map(Part::store).distinct().sorted().toList()),
                    done,
                    total,
                    total == 0 ? 100 : 100 * done / total));
  }

  private long remaining() {
    return parts.values().stream().mapToLong(part -> part.total() - part.done()).sum();
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
    if (to > from) {
      parts.put(partition, new Part(store, to - from, 0));
      say();
    }
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long end, long records) {
    parts.computeIfPresent(partition, (key, part) -> part.plus(records));
    say();
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long records) {
    parts.remove(partition);
    if (records > 0) {
      log.info("{} of {} is restored: {} records", store, partition, records);
    }
  }

  @Override
  public void onRestoreSuspended(TopicPartition partition, String store, long records) {
    parts.remove(partition);
  }

  private synchronized void say() {
    long now = clock.getAsLong();
    if (now - saidAt >= SAY_EVERY_MILLIS) {
      saidAt = now;
      problem().ifPresent(log::info);
    }
  }
}

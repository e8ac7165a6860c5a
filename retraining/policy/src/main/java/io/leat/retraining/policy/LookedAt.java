package io.leat.retraining.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.records.DriftMetric;
import io.leat.records.PerformanceMetric;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a metric says of its monitor's way through event time, as it goes to the models' task.
 *
 * @param end of the metric's window
 * @param length of the window; zero where the metric does not say that the window was looked at: of
 *     an estimate without labels, and of records of earlier releases
 */
record LookedAt(Instant end, Duration length, String kind, String monitor) {
  static LookedAt of(DriftMetric metric) {
    return of(
        metric.getWindowStart(), metric.getWindowEnd(), AlertKinds.DRIFT, metric.getMonitor());
  }

  static LookedAt of(PerformanceMetric metric) {
    Instant end = metric.getWindowEnd();
    return of(
        metric.getComplete() ? metric.getWindowStart() : end,
        end,
        AlertKinds.PERFORMANCE,
        metric.getMonitor());
  }

  private static LookedAt of(Instant start, Instant end, String kind, String monitor) {
    return new LookedAt(end, Duration.between(start, end), kind, monitor);
  }

  Optional<Span> window() {
    return length.isZero() ? Optional.empty() : Optional.of(new Span(end.minus(length), end));
  }

  Doubts.Looker looker() {
    return new Doubts.Looker(kind, monitor);
  }

  byte[] toBytes() {
    byte[] name = (kind + "\n" + monitor).getBytes(UTF_8);
    return ByteBuffer.allocate(2 * Long.BYTES + name.length)
        .putLong(end.toEpochMilli())
        .putLong(length.toMillis())
        .put(name)
        .array();
  }

  /** Reads what {@link #toBytes} wrote, and the end alone, as earlier releases wrote it. */
  static LookedAt fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Instant end = Instant.ofEpochMilli(in.getLong());
    if (!in.hasRemaining()) {
      return new LookedAt(end, Duration.ZERO, "", "");
    }
    Duration length = Duration.ofMillis(in.getLong());
    String[] name = UTF_8.decode(in).toString().split("\n", 2);
    return new LookedAt(end, length, name[0], name[1]);
  }
}

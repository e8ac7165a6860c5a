package io.leat.retraining.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.records.DriftMetric;
import io.leat.records.PerformanceMetric;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a metric says of its monitor's way through event time, as it goes to the models' task.
 *
 * @param end of the metric's window
 * @param length of the window; zero where the metric does not say that the window was evaluated: of
 *     one that lacks vectors or has too few, of data quality, of an estimate without labels, and of
 *     records of earlier releases
 */
record LookedAt(Instant end, Duration length, String kind, String monitor) {
  private static final Set<String> OF_QUALITY =
      Arrays.stream(Measure.values()).map(Measure::text).collect(Collectors.toUnmodifiableSet());

  static LookedAt of(DriftMetric metric) {
    Instant end = metric.getWindowEnd();
    boolean isEvaluated =
        metric.getComplete()
            && metric.getValue() != null
            && !OF_QUALITY.contains(metric.getMetric());
    return new LookedAt(
        end,
        isEvaluated ? Duration.between(metric.getWindowStart(), end) : Duration.ZERO,
        AlertKinds.DRIFT,
        metric.getMonitor());
  }

  static LookedAt of(PerformanceMetric metric) {
    Instant end = metric.getWindowEnd();
    return new LookedAt(
        end,
        metric.getComplete() ? Duration.between(metric.getWindowStart(), end) : Duration.ZERO,
        AlertKinds.PERFORMANCE,
        metric.getMonitor());
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

package io.leat.console;

import java.time.Instant;
import java.util.Map;

/**
 * How much has passed through the pipeline, and how fast.
 *
 * @param time when it was counted
 * @param totals topic to its committed records since it began
 * @param rates topic to its committed records a second, of late
 * @param lags job ({@code ingestion}, {@code features}, {@code scoring}, {@code offline}, {@code
 *     drift}, {@code retraining}) to the records that it has not committed yet
 */
public record Flow(
    Instant time, Map<String, Long> totals, Map<String, Double> rates, Map<String, Long> lags) {
  /** Before anything has been counted. */
  public static final Flow NONE = new Flow(Instant.EPOCH, Map.of(), Map.of(), Map.of());

  public Flow {
    totals = Map.copyOf(totals);
    rates = Map.copyOf(rates);
    lags = Map.copyOf(lags);
  }

  long total(String topic) {
    return totals.getOrDefault(topic, 0L);
  }

  double rate(String topic) {
    return rates.getOrDefault(topic, 0.0);
  }

  long lag(String job) {
    return lags.getOrDefault(job, 0L);
  }
}

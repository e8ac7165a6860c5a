package io.leat.notifications;

import io.leat.notifications.Channel.Outcome;
import io.leat.records.NotificationStage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** How it goes with each receiver. Thread-safe. */
final class DeliveryMetrics {
  private final MeterRegistry metrics;
  private final Map<String, AtomicLong> gauges = new ConcurrentHashMap<>();

  DeliveryMetrics(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /** A receiver was told, or could not be. */
  void told(String receiver, NotificationStage stage, Outcome outcome) {
    count("leat.notifications.told", receiver, stage.name(), "outcome", outcome.name());
  }

  /** A receiver is not told, since something silences or inhibits the episode. */
  void withheld(String receiver, NotificationStage stage, String by) {
    count("leat.notifications.withheld", receiver, stage.name(), "by", by);
  }

  private void count(String name, String receiver, String stage, String key, String value) {
    metrics
        .counter(
            name,
            "receiver",
            receiver,
            "stage",
            stage.toLowerCase(Locale.ROOT),
            key,
            value.toLowerCase(Locale.ROOT))
        .increment();
  }

  /**
   * What a receiver is still to be told.
   *
   * @param oldestSeconds how long the oldest waits; 0 where none does
   */
  void waiting(String receiver, long episodes, long oldestSeconds) {
    gauge("leat.notifications.waiting", receiver).set(episodes);
    gauge("leat.notifications.waiting.seconds", receiver).set(oldestSeconds);
  }

  private AtomicLong gauge(String name, String receiver) {
    return gauges.computeIfAbsent(
        name + "/" + receiver,
        key -> metrics.gauge(name, Tags.of("receiver", receiver), new AtomicLong()));
  }
}

package io.leat.ingestion.gateway;

import com.linecorp.armeria.common.HttpStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a gateway counts; docs/reference/metrics.md lists it. Thread-safe. */
final class GatewayMetrics {
  private final MeterRegistry registry;
  private final Map<String, Counter> events = new ConcurrentHashMap<>();
  private final Map<OfRequests, Timer> requests = new ConcurrentHashMap<>();

  private record OfRequests(String principal, int status) {}

  GatewayMetrics(MeterRegistry registry, EventSender sender) {
    this.registry = registry;
    registry.gauge("leat.gateway.events.in.flight", sender, EventSender::inFlight);
  }

  Timer.Sample begin() {
    return Timer.start(registry);
  }

  void answered(Timer.Sample sample, String principal, HttpStatus status) {
    sample.stop(
        requests.computeIfAbsent(
            new OfRequests(principal, status.code()),
            key ->
                Timer.builder("leat.gateway.requests")
                    .description("Requests to the HTTP gateway, by sender and status.")
                    .tags("principal", key.principal(), "status", Integer.toString(key.status()))
                    .register(registry)));
  }

  void count(String event, ItemResult result) {
    events
        .computeIfAbsent(
            event + " " + result.status(),
            key ->
                Counter.builder("leat.gateway.events")
                    .description("Events that came in by HTTP, by what became of them.")
                    .tags("event", event, "outcome", result.status())
                    .register(registry))
        .increment();
  }
}

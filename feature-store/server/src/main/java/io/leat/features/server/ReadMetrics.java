package io.leat.features.server;

import io.leat.common.Lookups;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.ReadPlan.Planned;
import io.leat.features.server.ViewReader.Rows;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What the server counts; docs/reference/metrics.md lists it. Thread-safe. */
final class ReadMetrics {
  private static final Duration[] LATENCIES =
      List.of(100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000).stream()
          .map(micros -> Duration.ofNanos(micros * 1_000L))
          .toArray(Duration[]::new);

  /** A second, a minute, an hour, a day, a week, 30 days, a year. */
  private static final double[] AGES = {1, 60, 3_600, 86_400, 604_800, 2_592_000, 31_536_000};

  private static final String NO_SERVICE = "-";

  private final MeterRegistry registry;
  private final Map<ServedView, OfView> views = new IdentityHashMap<>();
  private final Map<OfRequests, Timer> requests = new ConcurrentHashMap<>();

  private record OfRequests(String protocol, String principal, String service, int status) {}

  /** The meters of one view. */
  private static final class OfView {
    private final Timer reads;
    private final Counter rows;
    private final DistributionSummary ages;
    private final Counter[] values = new Counter[Status.NUMBERS];

    OfView(ServedView view, MeterRegistry registry) {
      Tags tags = Tags.of("view", view.name(), "version", Integer.toString(view.version()));
      reads =
          Timer.builder("leat.feature.server.reads")
              .description("Reading and evaluating the rows of one view for one request.")
              .tags(tags)
              .serviceLevelObjectives(LATENCIES)
              .register(registry);
      rows =
          Counter.builder("leat.feature.server.rows")
              .description("Rows read of a view.")
              .tags(tags)
              .register(registry);
      ages =
          DistributionSummary.builder("leat.feature.server.age")
              .description("Age of the oldest state that a request was answered out of.")
              .baseUnit("seconds")
              .tags(tags)
              .serviceLevelObjectives(AGES)
              .register(registry);
      for (Status status : Status.values()) {
        values[status.number()] =
            Counter.builder("leat.feature.server.values")
                .description("Values answered of a view, by status.")
                .tags(tags.and("status", status.name()))
                .register(registry);
      }
    }
  }

  ReadMetrics(List<ServedView> served, MeterRegistry registry) {
    this.registry = registry;
    served.forEach(view -> views.put(view, new OfView(view, registry)));
  }

  /** A request has been answered, or refused. */
  void request(
      String protocol, String principal, Optional<String> service, int status, long nanos) {
    requests
        .computeIfAbsent(
            new OfRequests(protocol, principal, service.orElse(NO_SERVICE), status),
            key ->
                Timer.builder("leat.feature.server.requests")
                    .description("Requests for online features.")
                    .tags(
                        "protocol",
                        key.protocol(),
                        "principal",
                        key.principal(),
                        "service",
                        key.service(),
                        "status",
                        Integer.toString(key.status()))
                    .serviceLevelObjectives(LATENCIES)
                    .register(registry))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A view has been read for a request.
   *
   * @param time of evaluation, microseconds since 1970-01-01 UTC
   */
  void read(ServedView view, Rows rows, long time) {
    OfView of = Lookups.required(views, view);
    of.reads.record(rows.nanos(), TimeUnit.NANOSECONDS);
    of.rows.increment(rows.newest().length);
    long oldest = -1;
    for (int row = 0; row < rows.newest().length; row++) {
      if (rows.found()[row]) {
        oldest = Math.max(oldest, time - rows.newest()[row]);
      }
    }
    if (oldest >= 0) {
      of.ages.record(oldest / 1e6);
    }
  }

  /**
   * Columns have been filled.
   *
   * @param columns those of the plan, in its order
   */
  void answered(ReadPlan plan, List<Column> columns) {
    for (int view = 0; view < plan.views().size(); view++) {
      int[] counts = new int[Status.NUMBERS];
      for (int i = 0; i < columns.size(); i++) {
        Planned planned = plan.columns().get(i);
        if (planned.view() == view) {
          for (Status status : columns.get(i).statuses()) {
            counts[status.number()]++;
          }
        }
      }
      OfView of = Lookups.required(views, plan.views().get(view));
      for (int status = 0; status < counts.length; status++) {
        if (counts[status] > 0) {
          of.values[status].increment(counts[status]);
        }
      }
    }
  }
}

package io.leat.cli.up;

import io.leat.pipeline.Contract;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.Model;
import io.leat.pipeline.Pipeline;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * How a running pipeline does, for a person: a line a stage, with total and rate. Totals of the
 * stages count since the services started; alerts and requests since the topics began.
 */
final class StatusBoard implements AutoCloseable {
  private static final List<String> JOBS =
      List.of("ingestion", "features", "scoring", "offline", "drift", "retraining");

  private final Pipeline pipeline;
  private final Endpoints endpoints;
  private final BrokerView broker;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Instant started;
  private Optional<Snapshot> before = Optional.empty();

  StatusBoard(Pipeline pipeline, Endpoints endpoints, Instant started) {
    this.pipeline = pipeline;
    this.endpoints = endpoints;
    this.started = started;
    this.broker =
        new BrokerView(endpoints.bootstrapServers(), new RegistryClient(endpoints.registryUrl()));
  }

  /** What was counted at one moment. */
  record Snapshot(
      Instant time,
      Map<String, Long> stages,
      Map<String, Long> lag,
      BrokerView.Findings findings) {}

  /** Counts everything once. */
  Snapshot take() throws InterruptedException, ExecutionException {
    MetricsPage ingestion = MetricsPage.read(http, endpoints.port("ingestion"));
    MetricsPage features = MetricsPage.read(http, endpoints.port("features"));
    MetricsPage scoring = MetricsPage.read(http, endpoints.port("scoring"));
    Map<String, Long> stages = new LinkedHashMap<>();
    for (Contract contract : pipeline.contracts()) {
      String event = contract.event();
      stages.put("events in     " + event, broker.end(event));
      stages.put(
          "valid         " + event,
          ingested(ingestion, event, "valid") + ingested(ingestion, event, "warned"));
      stages.put("dead letters  " + event, ingested(ingestion, event, "dead_letter"));
    }
    for (FeatureService service : pipeline.services()) {
      stages.put(
          "vectors       " + service.name(),
          (long) features.sum("leat_features_vectors_total", Map.of("service", service.name())));
    }
    for (Model model : pipeline.models()) {
      stages.put(
          "scores        " + model.name(),
          (long) scoring.sum("leat_scoring_scores_total", Map.of("model", model.name())));
    }
    Map<String, Long> lag = new LinkedHashMap<>();
    for (String job : JOBS) {
      lag.put(job, broker.lag(pipeline.name() + "-" + job));
    }
    return new Snapshot(Instant.now(), stages, lag, broker.findings());
  }

  private static long ingested(MetricsPage page, String event, String outcome) {
    return (long)
        page.sum("leat_ingestion_events_total", Map.of("event", event, "outcome", outcome));
  }

  /** The board as lines of text, with rates since the last call. */
  List<String> lines() throws InterruptedException, ExecutionException {
    Snapshot now = take();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s, up %s      features http://127.0.0.1:%d   Flink http://127.0.0.1:%d   broker %s"
            .formatted(
                pipeline.name(),
                clock(Duration.between(started, now.time())),
                endpoints.port("feature-server"),
                endpoints.port("flink"),
                endpoints.bootstrapServers()));
    lines.add(String.format(Locale.ROOT, "  %-34s %14s %12s", "", "total", "now"));
    now.stages()
        .forEach(
            (stage, total) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "  %-34s %,14d %,10.0f/s",
                        stage,
                        total,
                        rate(now, stage, total))));
    BrokerView.Findings findings = now.findings();
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-34s %,14d %12s  %s",
            "alerts        " + Topics.DRIFT_ALERTS,
            findings.alertsOpened(),
            (findings.alertsOpened() - findings.alertsClosed()) + " open",
            findings.lastAlert().map(alert -> alert.getMessage()).orElse("")));
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-34s %,14d %12s  %s",
            "requests      " + Topics.RETRAINING_REQUESTS,
            findings.requests(),
            "",
            findings.lastRequest().map(request -> request.getReason()).orElse("")));
    StringBuilder lag = new StringBuilder("  lag           ");
    now.lag()
        .forEach((job, behind) -> lag.append(String.format(Locale.ROOT, "%s %,d   ", job, behind)));
    lines.add(lag.toString().stripTrailing());
    before = Optional.of(now);
    return lines;
  }

  private double rate(Snapshot now, String stage, long total) {
    return before
        .map(
            then -> {
              double seconds = Duration.between(then.time(), now.time()).toMillis() / 1000.0;
              long more = total - then.stages().getOrDefault(stage, total);
              return seconds <= 0 ? 0.0 : Math.max(0, more / seconds);
            })
        .orElse(0.0);
  }

  private static String clock(Duration duration) {
    return duration.toHours() > 0
        ? "%dh %02dm".formatted(duration.toHours(), duration.toMinutesPart())
        : "%dm %02ds".formatted(duration.toMinutes(), duration.toSecondsPart());
  }

  @Override
  public void close() {
    broker.close();
  }
}

package io.leat.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.ColumnValues;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.QualityState;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.WindowSummary;
import io.leat.examples.cardpayments.CardPayments;
import io.leat.features.engine.ServiceReplay;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import io.leat.runtime.settings.RowFileOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The examples' events through the stream's own engine and through the monitors, against the
 * profiles that come with the examples: quiet until something changes.
 */
class QuietExamplesTest {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project", ".."));
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  private static final Instant PRICES_RISE = START.plus(Duration.ofDays(45));
  private static final Instant VICTORIA_JOINS = Instant.parse("1997-05-02T00:00:00Z");

  @TempDir private Path scratch;

  @Test
  void theTownRaisesNoAlertUntilPricesRise() throws Exception {
    // Day 90 is that on which the clocks go forward.
    assertThat(alerts("card-payments", "fraud", "payments", town(-1, 130))).isEmpty();

    List<DriftAlert> alerts = alerts("card-payments", "fraud", "payments", town(45, 60));

    assertThat(alerts).isNotEmpty();
    assertThat(alerts)
        .allSatisfy(
            alert -> {
              assertThat(alert.getFeature())
                  .isIn("event.amount", "customer_activity.avg_amount_1d");
              assertThat(alert.getWindowEnd()).isAfter(PRICES_RISE);
            });
    assertThat(alerts.get(0).getWindowEnd())
        .isBeforeOrEqualTo(PRICES_RISE.plus(Duration.ofDays(3)));
  }

  private Path town(int shiftDay, int days) {
    Path file = scratch.resolve("payments-" + shiftDay + ".csv");
    int code =
        new CommandLine(new CardPayments())
            .execute("--csv=" + file, "--days=" + days, "--shift-day=" + shiftDay);
    assertThat(code).isZero();
    return file;
  }

  @Test
  void theMarketRaisesNoAlertUntilVictoriaJoins() throws Exception {
    Path readings = PROJECT.resolve("examples/electricity/readings.csv.gz");

    List<DriftAlert> alerts = alerts("electricity", "price", "readings", readings);

    // It opens once, tells of what joins it, and does not close.
    assertThat(alerts).extracting(DriftAlert::getAlertId).containsOnly(alerts.get(0).getAlertId());
    assertThat(alerts).extracting(DriftAlert::getState).containsOnly(AlertState.OPEN);
    assertThat(alerts.subList(0, 1))
        .singleElement()
        .satisfies(
            alert -> {
              assertThat(alert.getFeature()).isEqualTo("event.vic_price");
              assertThat(alert.getSeverity()).isEqualTo(Severity.CRITICAL);
              assertThat(alert.getWindowEnd())
                  .isAfter(VICTORIA_JOINS)
                  .isBefore(VICTORIA_JOINS.plus(Duration.ofDays(7)));
            });
  }

  private static List<DriftAlert> alerts(
      String example, String monitorName, String event, Path file) throws Exception {
    Pipeline pipeline = PipelineReader.read(PROJECT.resolve("examples").resolve(example));
    Monitor monitor =
        pipeline.monitors().stream()
            .filter(m -> m.name().equals(monitorName))
            .findFirst()
            .orElseThrow();
    DriftDetector detector =
        new DriftDetector(
            monitor, ReferenceProfile.read(pipeline.model(monitor.model()).orElseThrow()));
    FeatureService service =
        pipeline.service(pipeline.model(monitor.model()).orElseThrow().service()).orElseThrow();
    List<Integer> places =
        detector.features().stream().map(service.featureNames()::indexOf).toList();
    EventFiles files = new EventFiles(pipeline, new PrintWriter(new StringWriter()));
    files.read(event, file, Optional.empty(), new RowFileOptions());
    ServiceReplay replay = new ServiceReplay(service, pipeline);
    TreeMap<Long, WindowSummary> windows = new TreeMap<>();
    for (EventFiles.Event next : files.inOrder()) {
      replay
          .feed(next.name(), next.event())
          .ifPresent(
              vector ->
                  windows
                      .computeIfAbsent(
                          detector.windowStart(TimeUnit.MICROSECONDS.toMillis(vector.eventTime())),
                          start -> detector.newWindow())
                      .add(
                          ColumnValues.of(
                              places.stream().map(vector.valuesOrReasons()::get).toArray())));
    }
    List<DriftAlert> alerts = new ArrayList<>();
    DetectorState state = new DetectorState();
    QualityState quality = new QualityState();
    windows.forEach(
        (start, window) ->
            alerts.addAll(detector.evaluate(start, window, state, quality).alerts()));
    return alerts;
  }
}

package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The New South Wales electricity market, with its known change on 1997-05-02. */
class ElectricityTest {
  private static final Instant TRAINED_UNTIL = Instant.parse("1996-12-01T00:00:00Z");
  private static final Instant CHANGE = Instant.parse("1997-05-02T00:00:00Z");
  private static final FeatureService SERVICE =
      Given.service("nsw_price", "nsw_demand", "vic_price", "vic_demand", "transfer");

  /**
   * @param watched the watched features; empty: all. The more there are, the smaller is each one's
   *     share of the budget, and the higher its threshold.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "event.nsw_price,event.nsw_demand,event.vic_price", "event.vic_price"})
  void theJoinedMarketIsCriticalWithinThreeWeeksAndNothingIsBeforeIt(String watched)
      throws IOException {
    List<Given.Row> rows = readings();
    Monitor monitor =
        new Monitor(
            "price",
            "price",
            Given.DAY,
            watched.isEmpty() ? List.of() : List.of(watched.split(",")),
            Statistics.defaults(),
            Duration.ZERO,
            30,
            0.5,
            2,
            3,
            3,
            Monitor.Rule.THRESHOLDS);
    ReferenceProfile profile =
        Given.profile(
            monitor,
            SERVICE,
            rows.stream().filter(row -> row.time() < TRAINED_UNTIL.toEpochMilli()).toList());
    DriftDetector detector = new DriftDetector(monitor, profile);

    List<DriftAlert> opened =
        Given.run(detector, SERVICE, rows).alerts().stream()
            .filter(alert -> alert.getState() == AlertState.OPEN)
            .toList();

    System.out.println(
        "alerts opened before 1997-05-02, by feature and severity: "
            + opened.stream()
                .filter(alert -> alert.getWindowStart().isBefore(CHANGE))
                .collect(
                    groupingBy(
                        alert -> alert.getFeature() + " " + alert.getSeverity(),
                        TreeMap::new,
                        counting())));
    DriftAlert first =
        opened.stream()
            .filter(alert -> alert.getFeature().equals("event.vic_price"))
            .findFirst()
            .orElseThrow();
    System.out.println("first alert on vic_price: " + first);
    assertThat(first.getWindowStart()).isAfterOrEqualTo(CHANGE);
    assertThat(first.getWindowEnd()).isBeforeOrEqualTo(CHANGE.plus(Duration.ofDays(21)));
    assertThat(first.getSeverity()).isEqualTo(Severity.CRITICAL);
    assertThat(opened)
        .filteredOn(alert -> alert.getWindowStart().isBefore(CHANGE))
        .noneMatch(alert -> alert.getSeverity() == Severity.CRITICAL);
  }

  /** As the example's monitor: its features, its budget, what its model was trained on. */
  @Test
  void theJoinedMarketIsOneEpisodeWithinAWeekAndNothingIsBeforeIt() throws IOException {
    List<Given.Row> rows = readings();
    long trainedUntil = Instant.parse("1997-05-01T00:00:00Z").toEpochMilli();
    Monitor monitor =
        new Monitor(
            "price",
            "price",
            Given.DAY,
            List.of("event.nsw_price", "event.nsw_demand", "event.vic_price"),
            Statistics.defaults(),
            Duration.ZERO,
            30,
            0.05,
            2,
            3,
            3,
            Monitor.Rule.SEQUENTIAL);
    DriftDetector detector =
        new DriftDetector(
            monitor,
            Given.profile(
                monitor, SERVICE, rows.stream().filter(row -> row.time() < trainedUntil).toList()));

    List<DriftAlert> alerts =
        Given.run(
                detector, SERVICE, rows.stream().filter(row -> row.time() >= trainedUntil).toList())
            .alerts();

    assertThat(alerts).extracting(DriftAlert::getAlertId).containsOnly(alerts.get(0).getAlertId());
    assertThat(alerts.subList(1, alerts.size()))
        .allSatisfy(
            alert ->
                assertThat(alert.getMessage()).matches("event\\.nsw_(price|demand) joined .*"));
    DriftAlert episode = alerts.get(0);
    assertThat(episode.getFeature()).isEqualTo("event.vic_price");
    assertThat(episode.getSeverity()).isEqualTo(Severity.CRITICAL);
    assertThat(episode.getGuarantee()).isEqualTo("exchangeable");
    assertThat(episode.getWindowStart()).isAfterOrEqualTo(CHANGE);
    assertThat(episode.getWindowEnd()).isBeforeOrEqualTo(CHANGE.plus(Duration.ofDays(7)));
  }

  private static List<Given.Row> readings() throws IOException {
    String project = System.getProperty("leat.project", "../..");
    Path file = Path.of(project, "examples/electricity/readings.csv.gz");
    List<Given.Row> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        List<Double> values = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
          values.add(Double.valueOf(cells[i]));
        }
        rows.add(
            new Given.Row(
                LocalDateTime.parse(cells[0]).toInstant(ZoneOffset.UTC).toEpochMilli(), values));
      }
    }
    return rows;
  }
}

package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.drift.evidence.Dependence;
import io.leat.drift.evidence.Guarantee;
import io.leat.drift.evidence.WindowSeries;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Episodes of a monitor of three features, hour by hour; seeds are fixed. */
class EpisodeRuleTest {
  private static final FeatureService SERVICE = Given.service("a", "b", "c");
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final int TRAINED_DAYS = 60;
  private static final Monitor MONITOR = Given.monitor(Given.DAY, 0.1, Monitor.Rule.SEQUENTIAL);

  /** By how much each feature is shifted on a day. */
  private interface Shift {
    double of(int day, int feature);
  }

  private static List<Given.Row> rows(int days, long seed, Shift shift) {
    Random random = new Random(seed);
    List<Given.Row> rows = new ArrayList<>();
    for (int hour = 0; hour < days * 24; hour++) {
      List<Double> values = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        values.add(random.nextGaussian() + shift.of(hour / 24, i));
      }
      rows.add(new Given.Row(hour * HOUR, values));
    }
    return rows;
  }

  private static ReferenceProfile profile(List<Given.Row> rows) {
    return Given.profile(MONITOR, SERVICE, rows.subList(0, TRAINED_DAYS * 24));
  }

  private static Given.Reported run(List<Given.Row> rows) {
    return Given.run(
        new DriftDetector(MONITOR, profile(rows)),
        SERVICE,
        rows.subList(TRAINED_DAYS * 24, rows.size()));
  }

  @Test
  void twoFeaturesThatMoveAtOnceAreOneEpisodeThatClosesWhenTheyAreBack() {
    List<DriftAlert> alerts =
        run(rows(150, 55, (day, i) -> day >= 80 && day < 100 && i < 2 ? 1.5 : 0)).alerts();

    DriftAlert opened = alerts.get(0);
    DriftAlert closed = alerts.get(alerts.size() - 1);
    assertThat(alerts)
        .as("it opened, became critical, was joined, and closed")
        .extracting(DriftAlert::getState)
        .containsExactly(AlertState.OPEN, AlertState.OPEN, AlertState.OPEN, AlertState.CLOSED);
    assertThat(day(opened)).isBetween(80L, 87L);
    assertThat(day(closed)).isBetween(102L, 115L);
    assertThat(closed.getAlertId()).isEqualTo(opened.getAlertId());
    assertThat(closed.getStreams())
        .extracting(DriftedStream::getFeature)
        .contains("event.a", "event.b");
    assertThat(opened.getEvidence()).isGreaterThanOrEqualTo(opened.getAlarmAt());
    assertThat(opened.getAlarmAt()).isEqualTo(70);
    assertThat(opened.getMessage()).contains("to 1 against no change (alarm at 70.0)");
  }

  @Test
  void anEpisodeThatBecomesCriticalSaysSoUnderItsId() {
    List<DriftAlert> alerts =
        run(rows(110, 2, (day, i) -> i > 0 ? 0 : day >= 95 ? 50 : day >= 75 ? 0.7 : 0)).alerts();

    assertThat(alerts).extracting(DriftAlert::getState).containsOnly(AlertState.OPEN);
    assertThat(alerts)
        .filteredOn(alert -> !alert.getMessage().contains("joined"))
        .extracting(DriftAlert::getSeverity)
        .containsExactly(Severity.WARN, Severity.CRITICAL);
    assertThat(alerts).extracting(DriftAlert::getAlertId).containsOnly(alerts.get(0).getAlertId());
    assertThat(alerts.get(1).getUpdates()).isPositive();
  }

  @Test
  void streamsThatJoinAreToldOfOnceAndNotInEveryWindow() {
    List<DriftAlert> alerts =
        run(rows(150, 3, (day, i) -> day >= 80 + 7 * i && day < 125 ? 0.9 : 0)).alerts();

    List<DriftAlert> joined =
        alerts.stream()
            .filter(alert -> alert.getState() == AlertState.OPEN && alert.getUpdates() > 0)
            .filter(alert -> alert.getMessage().contains("joined"))
            .toList();
    assertThat(alerts.get(0).getUpdates()).isZero();
    assertThat(joined).extracting(DriftAlert::getAlertId).containsOnly(alerts.get(0).getAlertId());
    assertThat(joined)
        .extracting(alert -> alert.getMessage().replaceAll(" joined.*", ""))
        .containsExactly("event.b", "event.c");
    assertThat(joined.get(0).getMessage())
        .contains(
            "event.b joined what is not as in the training data since 1970-03-",
            ": 2 streams by now, ");
    assertThat(alerts.get(alerts.size() - 1).getState()).isEqualTo(AlertState.CLOSED);
    List<Long> told = alerts.stream().map(EpisodeRuleTest::day).toList();
    for (int i = 1; i < joined.size(); i++) {
      assertThat(day(joined.get(i)) - day(joined.get(i - 1))).isGreaterThanOrEqualTo(3);
    }
    assertThat(told).isSorted();
  }

  @Test
  void anEpisodeOfAReleaseThatToldNothingOfJoiningIsRead() {
    Episode before =
        new Episode(
            "id", 5, Threshold.Level.WARN, 1, Map.of("a\nks", 0), 5, Collections.emptySortedSet());
    byte[] now = before.toBytes();
    byte[] then = Arrays.copyOf(now, now.length - Long.BYTES - Integer.BYTES);
    then[0] = 1;

    assertThat(Episode.read(then)).isEqualTo(before);
    assertThat(Episode.read(now)).isEqualTo(before);
  }

  @Test
  void whatIsSureAndDoesNotMatterOpensNothing() {
    Random random = new Random(4);
    List<Given.Row> rows = new ArrayList<>();
    for (int hour = 0; hour < 120 * 24; hour++) {
      double steady = hour % 24; // the same every day, so that the least shift is sure
      double nudged = hour >= 80 * 24 && hour % 24 == 0 ? 0.5 : 0;
      rows.add(
          new Given.Row(
              hour * HOUR, List.of(steady + nudged, random.nextGaussian(), random.nextGaussian())));
    }
    Given.Reported reported = run(rows);

    DriftMetric sure =
        reported.metrics().stream()
            .filter(metric -> metric.getFeature().equals("event.a"))
            .filter(metric -> metric.getMetric().equals("psi_deciles_1e-4"))
            .reduce((one, later) -> later)
            .orElseThrow();
    assertThat(sure.getValue()).isLessThan(0.1);
    assertThat(reported.alerts())
        .noneMatch(
            alert ->
                alert.getStreams().stream()
                    .anyMatch(
                        stream ->
                            stream.getFeature().equals("event.a")
                                && stream.getMetric().equals("psi_deciles_1e-4")));
  }

  @Test
  void aRestartAtAnyWindowChangesNothing() {
    List<Given.Row> rows = rows(130, 5, (day, i) -> day >= 80 && day < 95 && i == 1 ? 1.5 : 0);
    DriftDetector detector = new DriftDetector(MONITOR, profile(rows));
    Given.Reported expected = run(rows);
    TreeMap<Long, WindowSummary> windows = new TreeMap<>();
    for (Given.Row row : rows.subList(TRAINED_DAYS * 24, rows.size())) {
      windows
          .computeIfAbsent(detector.windowStart(row.time()), start -> detector.newWindow())
          .add(ColumnValues.of(row.values().toArray()));
    }
    List<DriftAlert> alerts = new ArrayList<>();
    List<DriftMetric> metrics = new ArrayList<>();
    DetectorState state = new DetectorState();
    for (Map.Entry<Long, WindowSummary> window : windows.entrySet()) {
      state = DetectorState.read(detector, state.alertEntries(), state.entries());
      DriftDetector.Verdict verdict = detector.evaluate(window.getKey(), window.getValue(), state);
      alerts.addAll(verdict.alerts());
      metrics.addAll(verdict.metrics());
    }

    assertThat(alerts).isEqualTo(expected.alerts()).isNotEmpty();
    assertThat(metrics).isEqualTo(expected.metrics());
  }

  @Test
  void aMonitorThatGoesOverToEvidenceClosesWhatThresholdsOpened() {
    List<Given.Row> rows = rows(90, 6, (day, i) -> day >= 70 && i == 0 ? 3 : 0);
    ReferenceProfile profile = profile(rows);
    DriftDetector thresholds =
        new DriftDetector(Given.monitor(Given.DAY, 0.1, Monitor.Rule.THRESHOLDS), profile);
    DriftDetector evidence = new DriftDetector(MONITOR, profile);
    DetectorState state = new DetectorState();
    List<DriftAlert> alerts = new ArrayList<>();
    for (int day = TRAINED_DAYS; day < 90; day++) {
      DriftDetector detector = day < 80 ? thresholds : evidence;
      WindowSummary window = detector.newWindow();
      for (Given.Row row : rows.subList(day * 24, day * 24 + 24)) {
        window.add(ColumnValues.of(row.values().toArray()));
      }
      alerts.addAll(detector.evaluate(day * (24 * HOUR), window, state).alerts());
    }

    assertThat(alerts.get(0).getState()).isEqualTo(AlertState.OPEN);
    assertThat(alerts)
        .filteredOn(alert -> alert.getState() == AlertState.CLOSED)
        .last()
        .extracting(DriftAlert::getMessage)
        .asString()
        .contains("the monitor's evidence decides now");
    assertThat(alerts.get(alerts.size() - 1).getState()).isEqualTo(AlertState.OPEN);
    assertThat(alerts.get(alerts.size() - 1).getStreams()).isNotEmpty();
  }

  @Test
  void anAlertOfAStreamThatAnotherProfileDoesNotHaveIsClosed() {
    Monitor monitor = Given.monitor(Given.DAY, 0.1, Monitor.Rule.THRESHOLDS);
    List<Given.Row> rows = rows(70, 9, (day, i) -> day >= TRAINED_DAYS && i == 2 ? 5 : 0);
    List<Given.Row> training = rows.subList(0, TRAINED_DAYS * 24);
    DriftDetector detector = new DriftDetector(monitor, Given.profile(monitor, SERVICE, training));
    FeatureService fewer = Given.service("a", "b");
    DriftDetector after =
        new DriftDetector(
            monitor,
            Given.profile(
                monitor,
                fewer,
                training.stream()
                    .map(row -> new Given.Row(row.time(), row.values().subList(0, 2)))
                    .toList()));
    DetectorState state = new DetectorState();
    List<DriftAlert> alerts = new ArrayList<>();
    for (int day = TRAINED_DAYS; day < 70; day++) {
      alerts.addAll(
          detector
              .evaluate(
                  day * (24 * HOUR),
                  Given.summary(detector, SERVICE, rows.subList(day * 24, day * 24 + 24)),
                  state)
              .alerts());
    }
    assertThat(alerts).extracting(DriftAlert::getState).containsExactly(AlertState.OPEN);

    List<DriftAlert> closed = after.evaluate(70 * (24 * HOUR), after.newWindow(), state).alerts();

    assertThat(closed)
        .extracting(DriftAlert::getState, DriftAlert::getAlertId, DriftAlert::getFeature)
        .containsExactly(tuple(AlertState.CLOSED, alerts.get(0).getAlertId(), "event.c"));
    assertThat(closed.get(0).getMessage())
        .isEqualTo(
            "event.c is not watched any more: the model's reference profile has no such stream.");
  }

  @Test
  void aProfileOfAReleaseWithThresholdsAloneLetsThemDecide() throws IOException {
    ReferenceProfile profile = profile(rows(90, 7, (day, i) -> 0));
    ObjectNode earlier = (ObjectNode) new ObjectMapper().readTree(profile.toJson());
    ((ObjectNode) earlier.path("monitors").get(0)).remove("references");

    DriftDetector detector =
        new DriftDetector(
            MONITOR, ReferenceProfile.parse(new ObjectMapper().writeValueAsBytes(earlier)));

    assertThat(detector.isSequential()).isFalse();
    assertThat(new DriftDetector(MONITOR, profile).isSequential()).isTrue();
  }

  @Test
  void anEpisodeOfVeryManyStreamsFitsIntoARecordAndSaysHowManyThereAre() throws IOException {
    AvroCodec.trustGeneratedRecords();
    Statistic statistic = Statistics.get(Statistics.defaults().get(0));
    Dependence.Finding finding =
        new Dependence.Finding(Guarantee.NONE, 1, 1, 1, WindowSeries.of(List.of(), List.of()));
    List<EpisodeRule.Named> named = new ArrayList<>();
    for (int i = 0; i < 42_000; i++) {
      DriftStream stream =
          new DriftStream(
              "a_view_of_some_length.a_feature_of_some_length_" + i, Optional.of("country=AT"));
      Threshold threshold = new Threshold(stream, statistic, 0.2, 0.4, 60, true);
      named.add(
          new EpisodeRule.Named(
              new EpisodeRule.Stream(EpisodeRule.key(threshold), threshold, finding, 0.1),
              0.3,
              50_000 - i));
    }
    EpisodeRule rule =
        new EpisodeRule(CalibratedMonitor.Settings.of(MONITOR), 24.0 * HOUR, List.of());
    Episode episode =
        new Episode("id", 0, Threshold.Level.WARN, 0, Map.of(), 0, Collections.emptySortedSet());

    DriftAlert alert =
        new DriftRecords(MONITOR, "reference", Map.of())
            .episode(
                WindowTime.of(0, 24 * HOUR),
                rule,
                new EpisodeRule.Change(EpisodeRule.Kind.OPENED, episode, 800, named, Set.of()),
                "");

    assertThat(alert.toByteBuffer().remaining()).isLessThan(250_000);
    assertThat(alert.getStreams().get(0).getEvidence()).isEqualTo(50_000);
    assertThat(alert.getMessage()).contains("and 41999 other streams is not as in the training");
  }

  private static EpisodeRule.Stream stream(String feature, Guarantee guarantee) {
    WindowSeries.Builder windows = new WindowSeries.Builder();
    for (int window = 0; window < 40; window++) {
      windows.add(window, 0.1 + window % 20 / 1000.0);
    }
    return EpisodeRule.Stream.of(
        new Threshold(
            DriftStream.of(feature),
            Statistics.get(Statistics.defaults().get(0)),
            0.2,
            0.4,
            40,
            true),
        new Dependence.Finding(guarantee, 1, 1, 1, windows.build()));
  }

  /**
   * Numbers of the windows in which an episode opens, of streams that are off from time to time:
   * the first before window 10, the others, or the only one, from 30 to 110.
   */
  private static List<Integer> opened(List<EpisodeRule.Stream> watched, boolean restarted) {
    EpisodeRule rule =
        new EpisodeRule(CalibratedMonitor.Settings.of(MONITOR), 24.0 * HOUR, watched);
    DriftDetector detector =
        new DriftDetector(MONITOR, profile(rows(TRAINED_DAYS, 3, (d, i) -> 0)));
    DetectorState state = new DetectorState();
    List<Integer> opened = new ArrayList<>();
    for (int window = 0; window < 200; window++) {
      List<EpisodeRule.Evaluated> evaluated = new ArrayList<>();
      for (int i = 0; i < watched.size(); i++) {
        boolean first = i == 0 && window < 10;
        boolean second = (i > 0 || watched.size() == 1) && window >= 30 && window < 110;
        evaluated.add(new EpisodeRule.Evaluated(watched.get(i), first || second ? 0.5 : 0.105));
      }
      if (restarted) {
        state = DetectorState.read(detector, state.alertEntries(), state.entries());
      }
      rule.next(state, WindowTime.of((40L + window) * 24 * HOUR, 24 * HOUR), evaluated)
          .filter(change -> change.kind() == EpisodeRule.Kind.OPENED)
          .ifPresent(change -> opened.add((int) (change.episode().since() / (24 * HOUR)) - 40));
    }
    return opened;
  }

  @Test
  void whatNothingIsPromisedOfOpensOnceInAsManyWindowsAsTheBudgetSays() {
    List<EpisodeRule.Stream> unpromised = List.of(stream("event.a", Guarantee.NONE));
    List<Integer> promised = opened(List.of(stream("event.a", Guarantee.EXCHANGEABLE)), false);
    List<Integer> rationed = opened(unpromised, false);

    assertThat(promised).hasSize(2);
    assertThat(promised.get(1)).isBetween(30, 40);
    assertThat(rationed).hasSize(2);
    assertThat(rationed.get(0)).isLessThan(5);
    assertThat(rationed.get(1)).as("it waits, and is not lost").isEqualTo(rationed.get(0) + 70);
    assertThat(opened(unpromised, true)).isEqualTo(rationed);
  }

  @Test
  void aChangeOfPromisedStreamsWaitsTooWhereAllOfTheMonitorIsRationed() {
    List<Integer> opened =
        opened(
            List.of(
                stream("event.a", Guarantee.NONE),
                stream("event.b", Guarantee.EXCHANGEABLE),
                stream("event.c", Guarantee.EXCHANGEABLE)),
            false);

    assertThat(opened).hasSize(2);
    assertThat(opened.get(1)).as("it has not become usual").isEqualTo(opened.get(0) + 70);
  }

  @Test
  void aRationOutlivesTheReferenceAndEvidenceOfBeforeBeginsAnew() {
    DriftDetector detector =
        new DriftDetector(MONITOR, profile(rows(TRAINED_DAYS, 3, (d, i) -> 0)));
    DetectorState state = new DetectorState();
    state.ration(12);
    Map<String, byte[]> entries = new TreeMap<>(state.entries());
    entries.keySet().removeIf(entry -> !DetectorState.outlivesReference(entry));
    entries.put("stream event.a\nks", new byte[30]);

    DetectorState read = DetectorState.read(detector, Map.of(), entries);

    assertThat(read.ration()).isEqualTo(12);
    assertThat(read.evidence("event.a\nks").value()).isZero();
  }

  private static long day(DriftAlert alert) {
    return alert.getWindowStart().toEpochMilli() / (24 * HOUR);
  }
}

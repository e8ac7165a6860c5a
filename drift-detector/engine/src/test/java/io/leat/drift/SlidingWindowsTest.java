package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.records.AlertState;
import io.leat.records.DriftMetric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeds are fixed. */
class SlidingWindowsTest {
  private static final FeatureService SERVICE = Given.service("a", "b");
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DAY = 24 * HOUR;
  private static final MonitorWindows EVERY_SIX_HOURS =
      MonitorWindows.sliding(Given.DAY, Duration.ofHours(6));

  /** Two values an hour that hang together in no way. */
  private static List<Given.Row> rows(long seed, int days) {
    Random random = new Random(seed);
    List<Given.Row> rows = new ArrayList<>();
    for (int half = 0; half < 48 * days; half++) {
      rows.add(
          new Given.Row(half * HOUR / 2, List.of(random.nextGaussian(), random.nextGaussian())));
    }
    return rows;
  }

  private static WindowTime window(long start) {
    return WindowTime.of(start, DAY);
  }

  @Test
  void evidenceIsThatOfTheWindowsThatDoNotOverlap() {
    List<Given.Row> rows = rows(1, 90);
    Monitor sliding = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.SEQUENTIAL);
    Monitor tumbling = Given.monitor(Given.DAY, 0.5, Monitor.Rule.SEQUENTIAL);

    DriftDetector bySliding = new DriftDetector(sliding, Given.profile(sliding, SERVICE, rows));
    DriftDetector byTumbling = new DriftDetector(tumbling, Given.profile(tumbling, SERVICE, rows));

    assertThat(bySliding.references()).isEqualTo(byTumbling.references());
    assertThat(bySliding.thresholds()).isEqualTo(byTumbling.thresholds());
    assertThat(bySliding.decides(window(3 * DAY))).isTrue();
    assertThat(bySliding.decides(window(3 * DAY + 6 * HOUR))).isFalse();
    List<Given.Row> shifted =
        rows(2, 30).stream()
            .map(row -> new Given.Row(row.time(), List.of((Double) row.values().get(0) + 1, 0.0)))
            .toList();
    List<String> opened = opened(bySliding, shifted);
    assertThat(opened).isNotEmpty().isEqualTo(opened(byTumbling, shifted));
  }

  private static List<String> opened(DriftDetector detector, List<Given.Row> rows) {
    return Given.run(detector, SERVICE, rows).alerts().stream()
        .filter(alert -> alert.getState() == AlertState.OPEN)
        .map(alert -> alert.getAlertId() + " " + alert.getEvidence())
        .toList();
  }

  @Test
  void whereThresholdsDecideEveryWindowDoes() {
    Monitor monitor = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.THRESHOLDS);
    DriftDetector detector =
        new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows(1, 30)));

    assertThat(detector.decides(window(3 * DAY + 6 * HOUR))).isTrue();
    assertThat(detector.thresholds())
        .extracting(Threshold::windows)
        .as("one every six hours, from the first whole day on")
        .containsOnly(30 * 4 - 3);
  }

  @Test
  void whatIsOnlyMeasuredHasItsValueAndNoEvidence() {
    Monitor monitor = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.SEQUENTIAL);
    List<Given.Row> rows = rows(1, 30);
    DriftDetector detector = new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows));
    long start = 5 * DAY + 6 * HOUR;
    WindowSummary window =
        Given.summary(
            detector,
            SERVICE,
            rows.stream().filter(row -> row.time() >= start && row.time() < start + DAY).toList());

    List<DriftMetric> metrics = detector.measure(window(start), window);

    assertThat(metrics)
        .hasSize(4)
        .allSatisfy(
            metric -> {
              assertThat(metric.getEvents()).isEqualTo(48);
              assertThat(metric.getWindowStart().toEpochMilli()).isEqualTo(start);
              assertThat(metric.getWindowEnd().toEpochMilli()).isEqualTo(start + DAY);
              assertThat(metric.getValue()).isNotNull();
              assertThat(metric.getEvidence()).isNull();
              assertThat(metric.getComplete()).isTrue();
            });
  }

  @Test
  void aProfileOfOtherWindowsIsRefused() {
    Monitor sliding = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.THRESHOLDS);
    Monitor sequential = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.SEQUENTIAL);
    ReferenceProfile ofSequential = Given.profile(sequential, SERVICE, rows(1, 30));
    ReferenceProfile ofSliding =
        ReferenceProfile.parse(Given.profile(sliding, SERVICE, rows(1, 30)).toJson());

    assertThat(ofSequential.formatVersion()).as("as of windows that do not overlap").isEqualTo(3);
    assertThat(ofSliding.formatVersion()).isEqualTo(4);
    assertThat(new DriftDetector(sliding, ofSliding).isSequential()).isFalse();
    assertThatThrownBy(() -> new DriftDetector(sliding, ofSequential))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("everyMillis=21600000")
        .hasMessageContaining("everyMillis=0");
  }

  /** Two of three windows that share three quarters of their vectors are far from two of three. */
  @Test
  void thresholdsOfWindowsThatOverlapKeepTheBudget() {
    Monitor monitor = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.THRESHOLDS);
    int weeks = 52;
    int streams = 10;
    long alarms = 0;
    for (int seed = 1; seed <= streams; seed++) {
      List<Given.Row> rows = rows(seed, 7 * (26 + weeks));
      int cut = 26 * 7 * 48;
      DriftDetector detector =
          new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows.subList(0, cut)));
      alarms += slide(detector, rows.subList(cut, rows.size()));
    }
    double rate = (double) alarms / (streams * weeks);
    System.out.printf("windows of a day every six hours: %.3f false alarms a week%n", rate);

    assertThat(rate).isLessThanOrEqualTo(0.5);
  }

  private static long slide(DriftDetector detector, List<Given.Row> rows) {
    DetectorState state = new DetectorState();
    long alarms = 0;
    int panes = EVERY_SIX_HOURS.panes();
    int ofPane = 12;
    List<WindowSummary> last = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += ofPane) {
      last.add(Given.summary(detector, SERVICE, rows.subList(from, from + ofPane)));
      if (last.size() < panes) {
        continue;
      }
      WindowSummary window = detector.newWindow();
      last.forEach(window::merge);
      last.remove(0);
      long start = rows.get(from).time() - (panes - 1L) * 6 * HOUR;
      alarms +=
          detector.evaluate(window(start), window, state).alerts().stream()
              .filter(alert -> alert.getState() == AlertState.OPEN)
              .count();
    }
    return alarms;
  }

  /** Pane by pane in and out again is the window counted at once. */
  @Test
  void whatIsTakenOutLeavesTheRest() {
    Monitor monitor = Given.monitor(EVERY_SIX_HOURS, 0.5, Monitor.Rule.SEQUENTIAL);
    List<Given.Row> rows = rows(3, 30);
    DriftDetector detector = new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows));
    FeatureCounts all = Given.summary(detector, SERVICE, rows).counts(0);
    FeatureCounts some = Given.summary(detector, SERVICE, rows.subList(0, 500)).counts(0);
    FeatureCounts rest = Given.summary(detector, SERVICE, rows.subList(500, rows.size())).counts(0);

    all.remove(some);

    assertThat(all.values()).isEqualTo(rest.values());
    for (int cell = 0; cell < rest.cells(); cell++) {
      assertThat(all.cell(cell)).isEqualTo(rest.cell(cell));
    }
  }
}

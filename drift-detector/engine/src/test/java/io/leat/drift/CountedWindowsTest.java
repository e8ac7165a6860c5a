package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.drift.evidence.Guarantee;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeds are fixed. */
class CountedWindowsTest {
  private static final FeatureService SERVICE = Given.service("a");
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final Monitor MONITOR =
      Given.monitor(
          MonitorWindows.ofEvents(100, Duration.ofMinutes(1)), 0.5, Monitor.Rule.SEQUENTIAL);

  /** Seven a minute, so that a window of 100 has 15 minutes and 105 rows. */
  private static List<Given.Row> rows(int minutes) {
    Random random = new Random(4);
    List<Given.Row> rows = new ArrayList<>();
    for (int i = 0; i < 7 * minutes; i++) {
      rows.add(new Given.Row(i / 7 * MINUTE + i % 7, List.of(random.nextGaussian())));
    }
    return rows;
  }

  @Test
  void theReferenceIsCutIntoWholeWindows() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(15 * 40 + 14));
    DriftDetector detector = new DriftDetector(MONITOR, ReferenceProfile.parse(profile.toJson()));

    assertThat(detector.references())
        .allSatisfy(
            reference -> {
              assertThat(reference.windows()).hasSize(40).startsWith(0L, 1L).endsWith(39L);
              assertThat(reference.guarantee()).isEqualTo(Guarantee.EXCHANGEABLE);
              assertThat(reference.seasons()).isEqualTo(1);
            });
    assertThat(detector.isSequential()).isTrue();
  }

  @Test
  void theOrderOfRowsDoesNotMatter() {
    List<Given.Row> rows = rows(600);
    ReferenceProfile inOrder = Given.profile(MONITOR, SERVICE, rows);
    List<Given.Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(1));

    assertThat(Given.profile(MONITOR, SERVICE, shuffled).fingerprint())
        .isEqualTo(inOrder.fingerprint());
  }

  /** A budget is of weeks: at the rate of the training rows a window of 100 lasts 14 minutes. */
  @Test
  void aWeekHasAsManyWindowsAsItHadInTraining() {
    List<Given.Row> rows = rows(7000);
    CalibratedMonitor.Settings settings = CalibratedMonitor.Settings.of(MONITOR);

    double millis =
        ReferenceWindows.typicalMillis(
            settings, rows.get(0).time(), rows.get(rows.size() - 1).time(), rows.size());

    assertThat(millis / MINUTE).isCloseTo(100 / 7.0, within(0.01));
  }

  @Test
  void aWindowTellsWhenItWas() {
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(15 * 40)));
    WindowSummary window = Given.summary(detector, SERVICE, rows(15));
    WindowTime when = new WindowTime(2 * MINUTE, 17 * MINUTE, 8);

    DriftDetector.Verdict verdict =
        detector.evaluate(when, window, new DetectorState(), new QualityState());

    assertThat(verdict.metrics())
        .hasSize(2)
        .allSatisfy(
            metric -> {
              assertThat(metric.getWindowStart().toEpochMilli()).isEqualTo(2 * MINUTE);
              assertThat(metric.getWindowEnd().toEpochMilli()).isEqualTo(17 * MINUTE);
              assertThat(metric.getEvents()).isEqualTo(105);
              assertThat(metric.getEvidence()).isPositive();
            });
  }
}

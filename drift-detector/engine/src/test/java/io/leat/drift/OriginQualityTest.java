package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.leat.drift.Given.Row;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Severity;
import io.leat.testing.soak.Soak;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Data quality by where vectors come from: duplicates, how old they are, other definitions. */
class OriginQualityTest {
  private static final FeatureService SERVICE = Given.service("amount");
  private static final long DAY = Given.DAY.toMillis();
  private static final int REFERENCE_DAYS = 60;
  private static final int EVENTS = 500;
  private static final long SECOND = 1000;
  private static final long HOUR = 3600 * SECOND;

  private final Random random = new Random(Soak.seed());
  private final List<DriftMetric> metrics = new ArrayList<>();

  @Test
  void eventsThatComeTwiceAreAnIncidentUntilTheyDoNot() {
    List<DriftAlert> alerts =
        run(
            Map.of(),
            25,
            (day, window) -> {
              for (int i = 0; i < EVENTS; i++) {
                window.add(row(), VectorOrigin.of(day + "/" + i, SECOND));
                if (day >= 10 && day < 16 && i % 20 == 0) {
                  window.add(row(), VectorOrigin.of(day + "/" + i, SECOND));
                }
              }
            });

    assertThat(alerts)
        .extracting(DriftAlert::getState, DriftAlert::getMetric, DriftAlert::getFeature)
        .containsExactly(
            tuple(AlertState.OPEN, "duplicate_share", "*"),
            tuple(AlertState.CLOSED, "duplicate_share", "*"));
    DriftAlert opened = alerts.get(0);
    assertThat(day(opened)).isEqualTo(11);
    assertThat(opened.getValue()).isEqualTo(25.0 / 525);
    assertThat(opened.getThreshold()).isEqualTo(0.01);
    assertThat(opened.getGuarantee()).isEqualTo("none");
    assertThat(opened.getMessage())
        .startsWith(
            "4.76 % of the vectors are of events that had come before in the window, where 0.00 % are usual");
    assertThat(day(alerts.get(1))).as("usual by then").isEqualTo(16);
  }

  /** Until it is another. */
  @Test
  void aShareOfEventsThatComesTwiceAlwaysIsUsual() {
    List<DriftAlert> alerts =
        run(
            Map.of(),
            60,
            (day, window) -> {
              int every = day < 40 ? 50 : 10;
              for (int i = 0; i < EVENTS; i++) {
                window.add(row(), VectorOrigin.of(day + "/" + i, SECOND));
                if (i % every == 0) {
                  window.add(row(), VectorOrigin.of(day + "/" + i, SECOND));
                }
              }
            });

    assertThat(alerts)
        .extracting(DriftAlert::getState, DriftAlert::getMetric, OriginQualityTest::day)
        .containsExactly(
            tuple(AlertState.OPEN, "duplicate_share", 41L),
            tuple(AlertState.CLOSED, "duplicate_share", 46L));
  }

  @Test
  void vectorsThatFallBehindAreAnIncidentUntilThatIsUsual() {
    List<DriftAlert> alerts =
        run(Map.of(), 30, (day, window) -> fill(day, window, day < 10 ? 2 * SECOND : 3 * HOUR));

    assertThat(alerts)
        .extracting(DriftAlert::getState, DriftAlert::getMetric, OriginQualityTest::day)
        .containsExactly(
            tuple(AlertState.OPEN, "freshness", 11L), tuple(AlertState.CLOSED, "freshness", 16L));
    DriftAlert opened = alerts.get(0);
    assertThat(opened.getSeverity()).isEqualTo(Severity.CRITICAL);
    assertThat(opened.getGuarantee()).isEqualTo("none");
    assertThat(opened.getMessage()).contains(" after their events, where 2s are usual");
    assertThat(opened.getValue()).isBetween(3 * 3600.0, 1.19 * 3 * 3600.0);
    assertThat(opened.getStreams().get(0).getThreshold() - opened.getStreams().get(0).getLeast())
        .as("what is usual")
        .isCloseTo(2.048, within(1e-9));
  }

  @Test
  void oneWindowThatIsLateIsNoneUnlessALimitSaysSo() {
    BiConsumer<Long, WindowSummary> late =
        (day, window) -> fill(day, window, day == 10 ? HOUR : 2 * SECOND);
    assertThat(run(Map.of(), 20, late)).isEmpty();

    assertThat(run(Map.of(Measure.FRESHNESS, 600.0), 20, late))
        .extracting(DriftAlert::getState, OriginQualityTest::day)
        .containsExactly(tuple(AlertState.OPEN, 10L), tuple(AlertState.CLOSED, 13L));
  }

  @Test
  void aLimitHoldsAlsoWhereNothingIsKnownToBeUsual() {
    List<DriftAlert> alerts =
        run(Map.of(Measure.FRESHNESS, 600.0), 2, (day, window) -> fill(day, window, HOUR));

    assertThat(alerts).extracting(OriginQualityTest::day).containsExactly(0L);
    assertThat(alerts.get(0).getMessage())
        .matches("vectors came up to \\S+ after their events, in the window .*");
  }

  /** A replay of years goes faster than the time that it is of. */
  @Test
  void aReplayOfThePastIsNotStale() {
    assertThat(run(Map.of(), 60, (day, window) -> fill(day, window, (400 - day) * 24 * HOUR)))
        .isEmpty();
    assertThat(metrics)
        .filteredOn(metric -> metric.getMetric().equals("freshness"))
        .hasSize(57)
        .allSatisfy(metric -> assertThat(metric.getValue()).isLessThan(metric.getThreshold()));
  }

  @Test
  void vectorsOfAnotherDefinitionAreAnIncidentThatNamesIt() {
    List<DriftAlert> alerts =
        run(
            Map.of(),
            20,
            (day, window) -> {
              fill(day, window, SECOND);
              for (int i = 0; i < EVENTS && day == 10; i += 10) {
                window.addOther(i == 0 ? "prices@3 (d3)" : "prices@2 (d2)");
              }
            });

    assertThat(alerts)
        .extracting(DriftAlert::getState, DriftAlert::getMetric, OriginQualityTest::day)
        .containsExactly(
            tuple(AlertState.OPEN, "other_definition_share", 10L),
            tuple(AlertState.CLOSED, "other_definition_share", 13L));
    assertThat(alerts.get(0).getMessage())
        .startsWith(
            "8.91 % of 550 vectors are of prices@2 (d2), which is not the definition that the model was trained on");
  }

  @Test
  void ofManyEventsASampleSaysHowManyComeAgain() {
    int events = 100_000;
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      all.add(VectorOrigin.of("payment-" + i, 0).event());
      if (i % 20 == 0) {
        all.add(VectorOrigin.of("payment-" + i, 0).event());
      }
    }
    EventSample whole = new EventSample();
    all.forEach(event -> whole.add(event, 1));
    Collections.shuffle(all, random);
    EventSample merged = new EventSample();
    for (int from = 0; from < all.size(); from += 30_000) {
      EventSample part = new EventSample();
      all.subList(from, Math.min(all.size(), from + 30_000)).forEach(event -> part.add(event, 1));
      merged.add(part);
    }

    double share = 5_000.0 / 105_000;
    double error = Math.sqrt(share / EventSample.LEAST);
    assertThat(whole.again() / (double) whole.seen()).isCloseTo(share, within(4 * error));
    assertThat(whole.events()).isBetween(EventSample.LEAST * 3 / 4, EventSample.MOST);
    assertThat(contents(merged)).isEqualTo(contents(whole));
  }

  private static List<String> contents(EventSample sample) {
    List<String> contents = new ArrayList<>(List.of("" + sample.zeros()));
    sample.forEach((event, vectors) -> contents.add(event + ": " + vectors));
    return contents;
  }

  @Test
  void aQuantileOfAgesIsAtMostAFifthTooHigh() {
    for (long millis : List.of(1L, 7L, 999L, HOUR, 400 * 24 * HOUR)) {
      Ages ages = new Ages();
      for (int i = 0; i < 95; i++) {
        ages.add(millis - i % 2);
      }
      for (int i = 0; i < 5; i++) {
        ages.add(1000 * millis);
      }
      assertThat(ages.quantile(0.95) * 1000).isBetween(millis - 1e-6, 1.19 * millis);
    }
    Ages ahead = new Ages();
    ahead.add(-5);
    assertThat(ahead.quantile(0.95)).isZero();
  }

  private void fill(long day, WindowSummary window, long age) {
    for (int i = 0; i < EVENTS; i++) {
      window.add(row(), VectorOrigin.of(day + "/" + i, i % 50 == 0 ? 10 * age : age));
    }
  }

  private ColumnValues row() {
    return ColumnValues.of(random.nextGaussian());
  }

  /** Days since the reference's last. */
  private static long day(DriftAlert alert) {
    return alert.getWindowStart().toEpochMilli() / DAY - REFERENCE_DAYS;
  }

  /** The alerts of days; all that is remembered is written and read between. */
  private List<DriftAlert> run(
      Map<Measure, Double> limits, long days, BiConsumer<Long, WindowSummary> fill) {
    Monitor monitor = monitor(limits);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < REFERENCE_DAYS * EVENTS; i++) {
      rows.add(new Row(i * (DAY / EVENTS), List.of(random.nextGaussian())));
    }
    DriftDetector detector = new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows));
    QualityState state = new QualityState();
    List<DriftAlert> alerts = new ArrayList<>();
    for (long day = 0; day < days; day++) {
      WindowSummary window = detector.newWindow();
      fill.accept(day, window);
      state = QualityState.read(state.entries());
      DriftDetector.Verdict verdict =
          detector.evaluate(
              (REFERENCE_DAYS + day) * DAY,
              detector.readWindow(window.toBytes()),
              new DetectorState(),
              state);
      metrics.addAll(verdict.metrics());
      alerts.addAll(verdict.alerts());
    }
    return alerts;
  }

  private static Monitor monitor(Map<Measure, Double> limits) {
    return new Monitor(
        "price",
        "price",
        Given.DAY,
        List.of(),
        List.of(),
        Segments.NONE,
        null,
        Statistics.defaults(),
        Duration.ZERO,
        24,
        0.5,
        2,
        3,
        3,
        Monitor.Rule.SEQUENTIAL,
        new DataQuality(
            EnumSet.of(Measure.DUPLICATE_SHARE, Measure.FRESHNESS, Measure.OTHER_DEFINITION_SHARE),
            0.5,
            limits));
  }
}

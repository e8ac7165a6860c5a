package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.drift.Given.Row;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Severity;
import io.leat.schemas.NullReason;
import io.leat.testing.soak.Soak;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Data quality of windows: what opens an episode, how fast, and what becomes of it. */
class QualityTest {
  private static final FeatureService SERVICE = Given.service("amount", "country", "steady");
  private static final long DAY = Given.DAY.toMillis();
  private static final int REFERENCE_DAYS = 60;
  private static final int EVENTS = 500;
  private static final String QUALITY = "data_quality";

  private final Random random = new Random(Soak.seed());

  @Test
  void twoPointsMoreNullsAreSeenWithinDaysAndSettleWhenTheyEnd() {
    List<Row> live = days(REFERENCE_DAYS, 20, EVENTS, this::usual);
    live.addAll(days(REFERENCE_DAYS + 20, 10, EVENTS, (day, i) -> withNulls(0.02)));
    live.addAll(days(REFERENCE_DAYS + 30, 10, EVENTS, this::usual));

    Found found = run(monitor(DataQuality.within(0.5)), reference(), live);

    assertThat(found.of(QUALITY)).hasSize(2);
    DriftAlert opened = found.of(QUALITY).get(0);
    DriftAlert closed = found.of(QUALITY).get(1);
    assertThat(opened.getState()).isEqualTo(io.leat.records.AlertState.OPEN);
    assertThat(opened.getFeature()).isEqualTo("event.amount");
    assertThat(opened.getMetric()).isEqualTo("null_share");
    assertThat(opened.getGuarantee()).isEqualTo("exchangeable");
    assertThat(opened.getEvidence()).isGreaterThanOrEqualTo(opened.getAlarmAt());
    assertThat(opened.getValue()).isGreaterThan(opened.getThreshold());
    assertThat(opened.getWindowStart())
        .isBetween(day(REFERENCE_DAYS + 20), day(REFERENCE_DAYS + 23));
    assertThat(opened.getMessage())
        .contains("of 500 values of event.amount are null (null_in_event), of the training data ");
    assertThat(closed.getState()).isEqualTo(io.leat.records.AlertState.CLOSED);
    assertThat(closed.getAlertId()).isEqualTo(opened.getAlertId());
    assertThat(closed.getWindowStart()).isEqualTo(day(REFERENCE_DAYS + 32));
    assertThat(run(monitor(DataQuality.within(0.5)), reference(), live).alerts())
        .isEqualTo(found.alerts());
  }

  @Test
  void anotherReasonIsSeenThoughNoMoreValuesAreNull() {
    List<Row> live = days(REFERENCE_DAYS, 10, EVENTS, this::usual);
    live.addAll(
        days(
            REFERENCE_DAYS + 10,
            6,
            EVENTS,
            (day, i) -> {
              List<@Nullable Object> row = usual(day, i);
              if (row.get(0) == NullReason.NULL_IN_EVENT) {
                row.set(0, 10 * random.nextGaussian());
              } else if (random.nextDouble() < 0.015) {
                row.set(0, NullReason.LATE);
              }
              return row;
            }));

    Found found = run(monitor(DataQuality.within(0.5)), reference(), live);

    assertThat(found.of(QUALITY)).hasSize(1);
    assertThat(found.of(QUALITY).get(0).getMessage()).contains("are null (late)");
  }

  @Test
  void valuesBeyondTheRangeAndCategoriesThatAreNewAreSeen() {
    List<Row> live = days(REFERENCE_DAYS, 10, EVENTS, this::usual);
    live.addAll(
        days(
            REFERENCE_DAYS + 10,
            6,
            EVENTS,
            (day, i) -> {
              List<@Nullable Object> row = usual(day, i);
              if (i % 20 == 0) {
                row.set(0, 5000.0);
                row.set(1, "ZZ");
              }
              return row;
            }));

    Found found = run(monitor(DataQuality.within(0.5)), reference(), live);

    DriftAlert opened = found.of(QUALITY).get(0);
    assertThat(opened.getStreams())
        .extracting(stream -> stream.getFeature() + " " + stream.getMetric())
        .contains("event.amount out_of_range_share");
    assertThat(
            found.metrics().stream()
                .filter(one -> one.getMetric().equals("new_category_share"))
                .filter(one -> one.getWindowStart().equals(day(REFERENCE_DAYS + 12))))
        .singleElement()
        .satisfies(
            metric -> {
              assertThat(metric.getFeature()).isEqualTo("event.country");
              assertThat(metric.getValue()).isBetween(0.05, 0.06);
              assertThat(metric.getEvidence()).isGreaterThan(10);
            });
  }

  @Test
  void silenceAndHalfTheVolumeAreSeenAndANewLevelIsUsualAfterAWhile() {
    List<Row> live = days(REFERENCE_DAYS, 14, EVENTS, this::usual);
    live.addAll(days(REFERENCE_DAYS + 17, 1, EVENTS, this::usual)); // after three days of nothing
    live.addAll(days(REFERENCE_DAYS + 18, 20, EVENTS, this::usual));
    live.addAll(days(REFERENCE_DAYS + 38, 30, EVENTS / 5, this::usual));

    Found found =
        run(monitor(new DataQuality(EnumSet.of(Measure.VOLUME), 0.5, Map.of())), reference(), live);

    assertThat(found.of(QUALITY)).hasSize(4);
    DriftAlert silence = found.of(QUALITY).get(0);
    assertThat(silence.getMetric()).isEqualTo("volume");
    assertThat(silence.getSeverity()).isEqualTo(Severity.CRITICAL);
    assertThat(silence.getMessage()).startsWith("0 vectors came, where 500 are usual");
    assertThat(silence.getWindowStart())
        .isBetween(day(REFERENCE_DAYS + 14), day(REFERENCE_DAYS + 16));
    DriftAlert fifth = found.of(QUALITY).get(2);
    assertThat(fifth.getWindowStart())
        .isBetween(day(REFERENCE_DAYS + 38), day(REFERENCE_DAYS + 41));
    assertThat(found.of(QUALITY).get(3).getState()).isEqualTo(io.leat.records.AlertState.CLOSED);
  }

  @Test
  void aSilenceThatBreaksALimitIsToldOfWhileItLastsAndIsUsualAfterAWhile() {
    Monitor monitor =
        monitor(new DataQuality(EnumSet.of(Measure.VOLUME), 0.5, Map.of(Measure.VOLUME, 0.1)));
    DriftDetector detector = new DriftDetector(monitor, reference());
    List<Row> live = days(REFERENCE_DAYS, 14, EVENTS, this::usual);
    DetectorState state = new DetectorState();
    QualityState atOnce = run(detector, live).remembered();
    QualityState dayByDay = run(detector, live).remembered();

    List<DriftAlert> alerts = detector.silence((REFERENCE_DAYS + 34) * DAY, state, atOnce).alerts();

    assertThat(alerts)
        .extracting(DriftAlert::getState, DriftAlert::getWindowStart)
        .containsExactly(
            tuple(io.leat.records.AlertState.OPEN, day(REFERENCE_DAYS + 14)),
            tuple(io.leat.records.AlertState.CLOSED, day(REFERENCE_DAYS + 20)));
    List<DriftAlert> each = new ArrayList<>();
    for (int day = REFERENCE_DAYS + 14; day <= REFERENCE_DAYS + 34; day++) {
      each.addAll(detector.silence(day * DAY, state, dayByDay).alerts());
    }
    assertThat(each).isEqualTo(alerts);
    assertThat(detector.awaitsSilence(atOnce)).isTrue();
    assertThat(detector.silence((REFERENCE_DAYS + 5000) * DAY, state, atOnce).metrics())
        .as("a silence of a thousand windows is no part of the data")
        .hasSize(1000 - 20);
    assertThat(detector.awaitsSilence(atOnce)).isFalse();
  }

  @Test
  void driftThatBeginsWithAnIncidentAfterASilenceIsToldOnce() {
    Monitor monitor =
        monitor(
            3,
            new DataQuality(
                EnumSet.of(Measure.VOLUME, Measure.NULL_SHARE),
                0.5,
                Map.of(Measure.NULL_SHARE, 0.1, Measure.VOLUME, 0.1)));
    List<Row> live = days(REFERENCE_DAYS, 14, EVENTS, this::usual);
    live.addAll(days(REFERENCE_DAYS + 24, 6, EVENTS, (day, i) -> withNulls(0.4)));
    live.addAll(days(REFERENCE_DAYS + 30, 10, EVENTS, this::usual));
    ReferenceProfile profile =
        Given.profile(monitor, SERVICE, days(0, REFERENCE_DAYS, EVENTS, this::usual));

    Found found = run(monitor, profile, live);

    assertThat(found.of(QUALITY).subList(0, 2))
        .extracting(DriftAlert::getState, DriftAlert::getWindowStart)
        .containsExactly(
            tuple(io.leat.records.AlertState.OPEN, day(REFERENCE_DAYS + 14)),
            tuple(io.leat.records.AlertState.CLOSED, day(REFERENCE_DAYS + 20)));
    assertThat(found.alerts())
        .filteredOn(alert -> alert.getWindowStart().equals(day(REFERENCE_DAYS + 24)))
        .extracting(alert -> alert.getKind() + " " + alert.getState())
        .containsExactly("data_quality OPEN", "drift OPEN");
    assertThat(found.of("drift"))
        .filteredOn(alert -> alert.getState() == io.leat.records.AlertState.CLOSED)
        .extracting(DriftAlert::getWindowStart)
        .filteredOn(start -> start.isAfter(day(REFERENCE_DAYS + 23)))
        .first()
        .satisfies(ends -> assertThat(ends).isAfterOrEqualTo(day(REFERENCE_DAYS + 30)));
  }

  @Test
  void volumeIsComparedWithTheSameWeekday() {
    BiFunction<Long, Integer, Integer> weekly =
        (day, unused) -> Math.floorMod(day, 7L) < 2 ? EVENTS / 5 : EVENTS;
    Monitor monitor = monitor(DataQuality.within(0.5));
    List<Row> rows = new ArrayList<>();
    for (int day = 0; day < 100; day++) {
      rows.addAll(days(day, 1, weekly.apply((long) day, 0), this::usual));
    }
    List<Row> live = new ArrayList<>();
    for (int day = 100; day < 200; day++) {
      live.addAll(days(day, 1, weekly.apply((long) day, 0), this::usual));
    }

    Found found = run(monitor, Given.profile(monitor, SERVICE, rows), live);

    assertThat(found.of(QUALITY)).isEmpty();
    assertThat(
            found.metrics().stream()
                .filter(one -> one.getMetric().equals("volume"))
                .map(DriftMetric::getValue))
        .hasSizeGreaterThan(70)
        .allSatisfy(ratio -> assertThat(ratio).isBetween(0.99, 1.01));
  }

  @Test
  void volumesAreRememberedForAReferenceWithALongerPeriod() {
    Volumes volumes = new Volumes();
    for (int hour = 0; hour < 14 * 24; hour++) {
      volumes.add(hour, hour % 24 == 0 ? 100 : EVENTS);
    }

    Volumes read = Volumes.read(volumes.toBytes());

    assertThat(read.usual(14 * 24, 1)).hasValue(EVENTS);
    assertThat(read.usual(14 * 24, 24)).hasValue(100);
  }

  @Test
  void aLimitOpensAtOnceWhateverTheReferenceWasLike() {
    DataQuality limited =
        new DataQuality(EnumSet.of(Measure.NULL_SHARE), 0.001, Map.of(Measure.NULL_SHARE, 0.1));
    List<Row> live = days(REFERENCE_DAYS, 5, EVENTS, this::usual);
    live.addAll(days(REFERENCE_DAYS + 5, 1, EVENTS, (day, i) -> withNulls(0.3)));

    Found found = run(monitor(limited), reference(), live);

    assertThat(found.of(QUALITY)).hasSize(1);
    assertThat(found.of(QUALITY).get(0).getWindowStart()).isEqualTo(day(REFERENCE_DAYS + 5));
    assertThat(found.of(QUALITY).get(0).getSeverity()).isEqualTo(Severity.CRITICAL);
    assertThat(found.metrics().stream().filter(one -> one.getMetric().equals("volume"))).isEmpty();
  }

  @Test
  void driftThatNullsExplainOpensAfterQualityAndClosesBeforeIt() {
    List<Row> live = days(REFERENCE_DAYS, 10, EVENTS, this::usual);
    live.addAll(days(REFERENCE_DAYS + 10, 6, EVENTS, (day, i) -> withNulls(0.4)));
    live.addAll(days(REFERENCE_DAYS + 16, 10, EVENTS, this::usual));

    Found found = run(monitor(DataQuality.within(0.01)), reference(), live);

    assertThat(found.alerts())
        .extracting(alert -> alert.getKind() + " " + alert.getState())
        .containsSubsequence(
            "data_quality OPEN", "drift OPEN", "drift CLOSED", "data_quality CLOSED")
        .filteredOn(one -> one.startsWith("drift"))
        .hasSize(2);
    DriftAlert quality = found.of(QUALITY).get(0);
    assertThat(found.of("drift").get(0).getMessage())
        .contains("It is a matter of data quality: ")
        .endsWith("(episode %s).".formatted(quality.getAlertId()));
  }

  @Test
  void driftWithoutNullsIsNoMatterOfQuality() {
    List<Row> live = days(REFERENCE_DAYS, 10, EVENTS, this::usual);
    live.addAll(
        days(
            REFERENCE_DAYS + 10,
            10,
            EVENTS,
            (day, i) -> {
              List<@Nullable Object> row = usual(day, i);
              if (row.get(0) instanceof Double amount) {
                row.set(0, amount / 2);
              }
              return row;
            }));

    Found found = run(monitor(DataQuality.within(0.5)), reference(), live);

    assertThat(found.of("drift")).isNotEmpty();
    assertThat(found.of(QUALITY)).isEmpty();
  }

  @Test
  void whileNothingChangesTheBudgetOfFalseAlarmsHolds() {
    int runs = Soak.times(20, 200);
    int days = 200;
    double budget = 0.25;
    int opened = 0;
    for (int run = 0; run < runs; run++) {
      Monitor monitor = monitor(DataQuality.within(budget));
      ReferenceProfile profile =
          Given.profile(monitor, SERVICE, days(0, REFERENCE_DAYS, 60, this::usual));
      Found found = run(monitor, profile, days(REFERENCE_DAYS, days, 60, this::usual));
      opened +=
          (int)
              found.of(QUALITY).stream()
                  .filter(alert -> alert.getState() == io.leat.records.AlertState.OPEN)
                  .count();
    }

    assertThat(opened).isLessThanOrEqualTo((int) (budget * runs * days / 7));
  }

  @Test
  void aProfileOfAnEarlierReleaseSaysNothingOfQuality() {
    Monitor monitor = monitor(DataQuality.within(0.5));
    ReferenceProfile now = reference();
    CalibratedMonitor of = now.monitors().get(0);
    ReferenceProfile earlier =
        new ReferenceProfile(
            now.format(),
            now.formatVersion(),
            now.model(),
            now.service(),
            now.serviceVersion(),
            now.definition(),
            now.rows(),
            now.firstTime(),
            now.lastTime(),
            now.features(),
            now.outputs(),
            List.of(
                new CalibratedMonitor(
                    of.settings(), of.thresholds(), of.segments(), of.references(), List.of())));

    Found found =
        run(
            monitor,
            ReferenceProfile.parse(earlier.toJson()),
            days(REFERENCE_DAYS, 10, EVENTS, (day, i) -> withNulls(0.4)));

    assertThat(found.of(QUALITY)).isEmpty();
    assertThat(ReferenceProfile.parse(now.toJson()).toJson()).isEqualTo(now.toJson());
  }

  private static Monitor monitor(DataQuality quality) {
    return monitor(0.5, quality);
  }

  private static Monitor monitor(double falseAlarmsPerWeek, DataQuality quality) {
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
        falseAlarmsPerWeek,
        2,
        3,
        3,
        Monitor.Rule.SEQUENTIAL,
        quality);
  }

  private @Nullable ReferenceProfile made;

  private ReferenceProfile reference() {
    if (made == null) {
      made =
          Given.profile(
              monitor(DataQuality.within(0.5)),
              SERVICE,
              days(0, REFERENCE_DAYS, EVENTS, this::usual));
    }
    return made;
  }

  /** One of a hundred amounts is null, and one of fifty of a column of its own noise. */
  private List<@Nullable Object> usual(long day, int i) {
    return values(0.01);
  }

  private List<@Nullable Object> withNulls(double more) {
    return values(0.01 + more);
  }

  private List<@Nullable Object> values(double nulls) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add(random.nextDouble() < nulls ? NullReason.NULL_IN_EVENT : 10 * random.nextGaussian());
    row.add(List.of("AT", "BE", "CH").get(random.nextInt(3)));
    row.add(random.nextDouble() < 0.2 ? NullReason.NO_EVENT : random.nextDouble());
    return row;
  }

  private static List<Row> days(
      int from, int days, int events, BiFunction<Long, Integer, List<@Nullable Object>> values) {
    List<Row> rows = new ArrayList<>();
    for (long day = from; day < from + days; day++) {
      for (int i = 0; i < events; i++) {
        rows.add(new Row(day * DAY + i * (DAY / events), values.apply(day, i)));
      }
    }
    return rows;
  }

  private static Instant day(int number) {
    return Instant.ofEpochMilli(number * DAY);
  }

  /** What came of it, and what is remembered of quality then. */
  private record Found(
      List<DriftMetric> metrics, List<DriftAlert> alerts, QualityState remembered) {
    List<DriftAlert> of(String kind) {
      return alerts.stream().filter(alert -> alert.getKind().equals(kind)).toList();
    }
  }

  private static Found run(Monitor monitor, ReferenceProfile profile, List<Row> rows) {
    return run(new DriftDetector(monitor, profile), rows);
  }

  /** Window after window; all that is remembered is written and read between. */
  private static Found run(DriftDetector detector, List<Row> rows) {
    TreeMap<Long, List<Row>> windows = new TreeMap<>();
    rows.forEach(
        row ->
            windows
                .computeIfAbsent(detector.windowStart(row.time()), start -> new ArrayList<>())
                .add(row));
    List<DriftMetric> metrics = new ArrayList<>();
    List<DriftAlert> alerts = new ArrayList<>();
    DetectorState state = new DetectorState();
    QualityState quality = new QualityState();
    for (Map.Entry<Long, List<Row>> window : windows.entrySet()) {
      quality = QualityState.read(quality.entries());
      DriftDetector.Verdict verdict =
          detector.evaluate(
              window.getKey(), Given.summary(detector, SERVICE, window.getValue()), state, quality);
      metrics.addAll(verdict.metrics());
      alerts.addAll(verdict.alerts());
    }
    return new Found(metrics, alerts, quality);
  }
}

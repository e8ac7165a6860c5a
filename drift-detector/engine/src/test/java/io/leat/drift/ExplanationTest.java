package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.explanation.Cause;
import io.leat.drift.explanation.Context;
import io.leat.drift.explanation.Explanation;
import io.leat.drift.explanation.ObservedVectors;
import io.leat.drift.explanation.Span;
import io.leat.drift.explanation.Timeline;
import io.leat.drift.explanation.Trait;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.records.AlertState;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.NullReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Given vectors of which something changes, the episode that opens is explained by that. */
class ExplanationTest {
  private static final FeatureService SERVICE = Given.service("amount", "country", "channel");
  private static final int PER_DAY = 480;
  private static final long EVERY = Given.DAY.toMillis() / PER_DAY;
  private static final int TRAINED = 60;
  private static final int CHANGED = 75;
  private static final int END = 90;

  private final List<AuditEvent> audit = new ArrayList<>();
  private final List<DriftAlert> others = new ArrayList<>();
  private final List<Context.Refused> refused = new ArrayList<>();

  /** A vector as it was produced. */
  private record Produced(
      long time, Object amount, String country, String channel, String app, String version) {
    List<Object> values() {
      return List.of(amount, country, channel);
    }

    Object value(String column) {
      return values().get(SERVICE.featureNames().indexOf(column));
    }

    Produced withAmount(Object other) {
      return new Produced(time, other, country, channel, app, version);
    }

    Produced withCountry(String other) {
      return new Produced(time, amount, other, channel, app, version);
    }

    Produced withChannel(String other) {
      return new Produced(time, amount, country, other, app, version);
    }

    Produced withVersion(String other) {
      return new Produced(time, amount, country, channel, app, other);
    }

    Produced shifted(double by) {
      return withAmount((Double) amount + by);
    }
  }

  private static List<Produced> vectors(int fromDay, int toDay, UnaryOperator<Produced> change) {
    List<Produced> vectors = new ArrayList<>();
    for (int day = fromDay; day < toDay; day++) {
      Random random = new Random(day * 0x9E3779B97F4A7C15L);
      for (int i = 0; i < PER_DAY; i++) {
        Produced usual =
            new Produced(
                day * Given.DAY.toMillis() + i * EVERY,
                random.nextGaussian(),
                random.nextInt(3) == 0 ? "AT" : "BE",
                random.nextInt(4) == 0 ? "web" : "shop",
                "pos-" + (1 + random.nextInt(3)),
                "3");
        vectors.add(day >= CHANGED ? change.apply(usual) : usual);
      }
    }
    return vectors;
  }

  private static Monitor monitor(String column, Segments segments) {
    return new Monitor(
        "price",
        "price",
        Given.DAY,
        List.of(column),
        List.of(),
        segments,
        null,
        List.of("js_base2"),
        Duration.ZERO,
        24,
        0.2,
        2,
        3,
        3,
        Monitor.Rule.SEQUENTIAL);
  }

  private Explanation explained(String column, UnaryOperator<Produced> change) {
    return explained(monitor(column, Segments.NONE), change, TRAINED);
  }

  private Explanation explained(Monitor monitor, UnaryOperator<Produced> change, int keptFromDay) {
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows(vectors(0, TRAINED, change)));
    List<Produced> live = vectors(TRAINED, END, change);
    Given.Reported reported = Given.run(new DriftDetector(monitor, profile), SERVICE, rows(live));
    DriftAlert opened =
        reported.alerts().stream()
            .filter(alert -> alert.getState() == AlertState.OPEN)
            .findFirst()
            .orElseThrow();
    return explained(opened, reported.metrics(), profile, live, keptFromDay);
  }

  private Explanation explained(
      DriftAlert opened,
      List<DriftMetric> metrics,
      ReferenceProfile profile,
      List<Produced> live,
      int keptFromDay) {
    Timeline timeline = Timeline.of(opened, metrics);
    List<StreamComparison> streams =
        opened.getStreams().stream()
            .map(
                stream ->
                    StreamComparison.of(
                            profile,
                            opened.getMonitor(),
                            stream.getSegment() == null
                                ? DriftStream.of(stream.getFeature())
                                : DriftStream.of(stream.getFeature(), stream.getSegment()),
                            Explanation.comparedBy(stream))
                        .orElseThrow())
            .toList();
    ObservedVectors observed = new ObservedVectors(streams, timeline.span());
    for (Produced one : live) {
      if (one.time() >= keptFromDay * Given.DAY.toMillis()) {
        Map<Trait, String> traits = new HashMap<>();
        traits.put(new Trait(Trait.Kind.HEADER, "header app"), one.app());
        traits.put(new Trait(Trait.Kind.HEADER, "header id"), "" + one.time());
        traits.put(new Trait(Trait.Kind.VERSION, "contract of readings"), one.version());
        traits.put(new Trait(Trait.Kind.SEGMENT, "event.country"), one.country());
        traits.put(new Trait(Trait.Kind.SEGMENT, "event.channel"), one.channel());
        observed.add(
            Instant.ofEpochMilli(one.time()),
            one.time(),
            one::value,
            Map.of("channel", one.channel()),
            traits);
      }
    }
    return Explanation.of(
        opened, opened, timeline, observed, new Context(others, audit, refused), List.of());
  }

  private static List<Given.Row> rows(List<Produced> vectors) {
    return vectors.stream().map(one -> new Given.Row(one.time(), one.values())).toList();
  }

  private static boolean some(Produced one, double share) {
    return new Random(one.time() * 31).nextDouble() < share;
  }

  @Test
  void aNullBurstInOneProducerIsNamedFirstWithItsReasonAndItsPlace() {
    Explanation explanation =
        explained(
            "event.amount",
            one ->
                one.app().equals("pos-2") && some(one, 0.9)
                    ? one.withAmount(NullReason.NULL_IN_EVENT)
                    : one);

    assertThat(explanation.message())
        .matches(
            ".* in the window from \\S+: \\d\\d\\.\\d % null \\(null_in_event\\), 0.0 % in the training data\\.");
    Cause first = explanation.causes().get(0);
    assertThat(first.kind()).isEqualTo(Cause.Kind.NULL_BURST);
    assertThat(first.what()).isEqualTo("event.amount is null (null_in_event)");
    assertThat(first.explains().orElseThrow()).isGreaterThan(0.9);
    assertThat(first.speaksFor())
        .contains("0.0 % before")
        .contains("; 100.0 % of these where header app is pos-2");
    assertThat(first.speaksAgainst()).contains("would be left beyond what is usual");
    assertThat(explanation.causes().get(1).what()).isEqualTo("header app is pos-2");
    assertThat(explanation.onset()).isEqualTo(Instant.EPOCH.plus(Given.DAY.multipliedBy(CHANGED)));
    assertThat(explanation.moved().get(0).buckets())
        .filteredOn(bucket -> bucket.label().equals("null"))
        .hasSize(1)
        .allMatch(bucket -> bucket.reference() == 0 && bucket.window() > 0.2);
  }

  @Test
  void aNewCategoryIsNamedByItsName() {
    Explanation explanation =
        explained("event.country", one -> some(one, 0.15) ? one.withCountry("XX") : one);

    assertThat(explanation.message())
        .matches(".*: \\d\\d\\.\\d % of categories that the training data lack\\.");
    Cause first = explanation.causes().get(0);
    assertThat(first.kind()).isEqualTo(Cause.Kind.NEW_CATEGORY);
    assertThat(first.what()).isEqualTo("event.country is XX");
    assertThat(first.explains().orElseThrow()).isGreaterThan(0.8);
    assertThat(explanation.causes())
        .as("producers alike have it")
        .noneMatch(cause -> cause.kind() == Cause.Kind.PRODUCER);
  }

  @Test
  void aSegmentIsNamedWhereItAloneHasChanged() {
    Explanation explanation =
        explained("event.amount", one -> one.channel().equals("web") ? one.shifted(2) : one);

    assertThat(explanation.causes().get(0).kind()).isEqualTo(Cause.Kind.SEGMENT);
    assertThat(explanation.causes().get(0).what()).isEqualTo("event.channel is web");
    assertThat(explanation.causes().get(0).explains().orElseThrow()).isGreaterThan(0.8);
  }

  @Test
  void aSegmentIsNamedWhoseShareHasGrown() {
    Explanation explanation =
        explained(
            "event.channel", one -> one.country().equals("AT") ? one.withChannel("web") : one);

    assertThat(explanation.causes())
        .first()
        .matches(cause -> cause.what().equals("event.country is AT"));
  }

  @Test
  void theSegmentsOfAMonitorSayWhereItsEvidenceIs() {
    Segments segments =
        new Segments(
            List.of(
                new Segments.Key(
                    "channel",
                    "",
                    List.of(
                        new Segments.Input("event.channel", io.leat.schemas.ValueType.STRING)))),
            20);
    Explanation explanation =
        explained(
            monitor("event.amount", segments),
            one -> one.channel().equals("web") ? one.shifted(2) : one,
            TRAINED);

    assertThat(explanation.bySegment())
        .extracting(Timeline.Share::name)
        .contains("channel=web", "all vectors");
    assertThat(explanation.bySegment().stream().mapToDouble(Timeline.Share::share).sum())
        .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(explanation.moved())
        .filteredOn(moved -> moved.segment().equals(java.util.Optional.of("channel=web")))
        .isNotEmpty()
        .allMatch(moved -> !moved.buckets().isEmpty());
  }

  @Test
  void whatComesWithAnotherSchemaIsMeasuredWhileTheEarlierOneStillComes() {
    Explanation explanation =
        explained("event.amount", one -> some(one, 0.5) ? one.shifted(2).withVersion("4") : one);

    assertThat(explanation.causes().get(0).kind()).isEqualTo(Cause.Kind.VERSION);
    assertThat(explanation.causes().get(0).what()).isEqualTo("contract of readings is 4");
    assertThat(explanation.causes().get(0).explains().orElseThrow()).isGreaterThan(0.8);
  }

  @Test
  void whatComesWithAnotherSchemaAllAtOnceIsNamedByItsTime() {
    Explanation explanation = explained("event.amount", one -> one.shifted(2).withVersion("4"));

    assertThat(explanation.causes().get(0).kind()).isEqualTo(Cause.Kind.VERSION);
    assertThat(explanation.causes().get(0).explains()).isEmpty();
  }

  @Test
  void whereEverythingMovesTheCauseIsUnknown() {
    Explanation explanation = explained("event.amount", one -> one.shifted(1));

    assertThat(explanation.causes()).isEmpty();
    assertThat(explanation.message()).matches(".* in the window from \\S+Z\\.");
  }

  @Test
  void refusedEventsExplainNoMoreThanTheirRiseMayMove() {
    refused.add(new Context.Refused("readings", "rule amount_below_ten", 10, 2_000));
    refused.add(new Context.Refused("readings", "rule is_signed", 900, 130));
    Explanation explanation =
        explained("event.amount", one -> (Double) one.amount() > 0.2 ? one.shifted(-1) : one);

    assertThat(explanation.causes())
        .filteredOn(cause -> cause.kind() == Cause.Kind.DEAD_LETTERS)
        .hasSize(1)
        .allSatisfy(
            cause -> {
              assertThat(cause.what()).isEqualTo("readings is refused: rule amount_below_ten");
              assertThat(cause.speaksAgainst()).contains("in total variation");
              assertThat(cause.score()).isLessThanOrEqualTo(0.7);
            });
  }

  @Test
  void whatWasAppliedJustBeforeIsNamedAndWhatWasReplayedIsNot() {
    Instant change = Instant.EPOCH.plus(Given.DAY.multipliedBy(CHANGED));
    audit.add(audit("apply", change.minus(Duration.ofHours(20))));
    audit.add(audit("apply", change.minus(Duration.ofHours(25))));
    audit.add(audit("dlq.replay", change));
    others.add(
        DriftAlert.newBuilder(
                Given.run(
                        new DriftDetector(
                            monitor("event.amount", Segments.NONE),
                            Given.profile(
                                monitor("event.amount", Segments.NONE),
                                SERVICE,
                                rows(vectors(0, TRAINED, one -> one)))),
                        SERVICE,
                        rows(vectors(TRAINED, END, one -> one.shifted(2))))
                    .alerts()
                    .get(0))
            .setAlertId("broken")
            .setKind("data_quality")
            .setMessage("event.amount is out of range")
            .build());

    assertThat(explained("event.amount", one -> one.shifted(1)).causes())
        .extracting(Cause::what)
        .containsExactly(
            "data quality: event.amount is out of range", "apply of pipeline shop by ada");
  }

  private static AuditEvent audit(String action, Instant time) {
    return AuditEvent.newBuilder()
        .setAction(action)
        .setActor("ada")
        .setSubject("pipeline shop")
        .setDetails(Map.of())
        .setTime(time)
        .build();
  }

  @Test
  void whereNoVectorsOfBeforeAreKeptItIsMeasuredWithoutThem() {
    Explanation explanation =
        explained(
            monitor("event.amount", Segments.NONE),
            one ->
                one.app().equals("pos-2") && some(one, 0.9)
                    ? one.withAmount(NullReason.NULL_IN_EVENT)
                    : one,
            CHANGED);

    assertThat(explanation.vectorsBefore()).isZero();
    assertThat(explanation.causes().get(0).kind()).isEqualTo(Cause.Kind.NULL_BURST);
  }

  @Test
  void anEpisodeOfDataQualityIsExplainedByItsColumnsAndItsOwnEvidence() {
    Monitor monitor = monitor("event.amount", Segments.NONE);
    UnaryOperator<Produced> change =
        one ->
            one.app().equals("pos-2") && some(one, 0.9)
                ? one.withAmount(NullReason.NULL_IN_EVENT)
                : one;
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows(vectors(0, TRAINED, change)));
    List<Produced> live = vectors(TRAINED, END, change);
    Given.Reported reported = Given.run(new DriftDetector(monitor, profile), SERVICE, rows(live));
    DriftAlert drift = reported.alerts().get(0);
    DriftAlert quality =
        DriftAlert.newBuilder(drift)
            .setKind("data_quality")
            .setStreams(
                List.of(
                    DriftedStream.newBuilder(drift.getStreams().get(0))
                        .setMetric("null_share")
                        .build()))
            .build();
    List<DriftMetric> metrics = new ArrayList<>(reported.metrics());
    reported
        .metrics()
        .forEach(
            metric ->
                metrics.add(
                    DriftMetric.newBuilder(metric)
                        .setMetric("null_share")
                        .setEvidence(7.0)
                        .build()));

    Explanation explanation = explained(quality, metrics, profile, live, TRAINED);

    assertThat(explanation.line()).isNotEmpty().allMatch(point -> point.odds() == 7);
    assertThat(explanation.moved().get(0).buckets()).isNotEmpty();
    assertThat(explanation.moved().get(0).usual())
        .isEqualTo(
            quality.getStreams().get(0).getThreshold() - quality.getStreams().get(0).getLeast());
    assertThat(explanation.causes().get(0).kind()).isEqualTo(Cause.Kind.NULL_BURST);
    assertThat(explanation.causes().get(0).speaksFor())
        .contains("(usual is 0.")
        .doesNotContain("(usual is 0.000)");
    assertThat(explained("event.amount", change).line())
        .as("and one of drift by the evidence of drift")
        .noneMatch(point -> point.odds() == 7);
  }

  @Test
  void aChangeShowsSinceEvidenceGathersThoughNotInEachWindow() {
    assertThat(onset("js_base2", 0.1, 0.2, List.of(0.5, 3.0, 3.0, 9.0, 9.0, 30.0))).isEqualTo(1);
  }

  @Test
  void aVolumeIsOffWhereLessComesAndWhereMoreDoes() {
    List<Double> evidence = List.of(2.0, 3.0, 4.0, 9.0, 20.0, 30.0);

    assertThat(onset("volume", 0.5, 0.1, evidence)).isZero();
    assertThat(onset("volume", 0.5, 3, evidence)).isZero();
    assertThat(onset("volume", 0.5, 1, evidence)).isEqualTo(5);
  }

  @Test
  void ofVeryManyStreamsThoseThatAreNamedAreKeptWindowByWindow() {
    List<DriftMetric> metrics = new ArrayList<>();
    for (DriftMetric one : metrics("js_base2", 0.1, 0.2, List.of(2.0, 3.0, 4.0))) {
      metrics.add(one);
      for (int i = 0; i < 99; i++) {
        metrics.add(
            DriftMetric.newBuilder(one).setFeature("event.other_" + i).setEvidence(1.0).build());
      }
    }
    Timeline timeline = Timeline.of(openedBy(metrics.get(200)), metrics);

    assertThat(timeline.windows().values()).extracting(Map::size).containsExactly(1, 1, 100);
    assertThat(timeline.line()).extracting(Timeline.Point::odds).containsExactly(1.01, 1.02, 1.03);
    assertThat(timeline.byColumn()).hasSize(100);
  }

  @Test
  void noMoreVectorsAreTakenThanTheirTraitsLeaveRoomFor() {
    Instant onset = Instant.EPOCH.plus(Given.DAY);
    ObservedVectors vectors =
        new ObservedVectors(
            List.of(), new Span(Instant.EPOCH, onset, onset.plus(Given.DAY), Given.DAY));
    Map<Trait, String> traits = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      traits.put(new Trait(Trait.Kind.HEADER, "header " + i), "a");
    }
    for (int i = 0; i < 150_001; i++) {
      vectors.add(onset, 0, column -> null, Map.of(), traits);
    }

    assertThat(vectors.since()).isEqualTo(150_000);
    assertThat(vectors.isCut()).isTrue();
  }

  /** In which of days with such evidence, the last of which opens an episode, the change shows. */
  private static long onset(
      String statistic, double threshold, double value, List<Double> evidence) {
    List<DriftMetric> metrics = metrics(statistic, threshold, value, evidence);
    DriftAlert opened = openedBy(metrics.get(metrics.size() - 1));
    return Duration.between(Instant.EPOCH, Timeline.of(opened, metrics).span().onset()).toDays();
  }

  private static List<DriftMetric> metrics(
      String statistic, double threshold, double value, List<Double> evidence) {
    List<DriftMetric> metrics = new ArrayList<>();
    for (int day = 0; day < evidence.size(); day++) {
      metrics.add(
          DriftMetric.newBuilder()
              .setMonitor("price")
              .setModel("price")
              .setFeature("event.amount")
              .setMetric(statistic)
              .setWindowStart(Instant.EPOCH.plus(Given.DAY.multipliedBy(day)))
              .setWindowEnd(Instant.EPOCH.plus(Given.DAY.multipliedBy(day + 1)))
              .setEvents(100)
              .setNulls(0)
              .setValue(value)
              .setThreshold(threshold)
              .setReference("r")
              .setEvidence(evidence.get(day))
              .build());
    }
    AvroCodec.trustGeneratedRecords();
    return metrics;
  }

  private static DriftAlert openedBy(DriftMetric metric) {
    return DriftAlert.newBuilder()
        .setAlertId("e")
        .setMonitor("price")
        .setModel("price")
        .setKind(metric.getMetric().equals("volume") ? "data_quality" : "drift")
        .setFeature("event.amount")
        .setMetric(metric.getMetric())
        .setState(AlertState.OPEN)
        .setSeverity(io.leat.records.Severity.WARN)
        .setWindowStart(metric.getWindowStart())
        .setWindowEnd(metric.getWindowEnd())
        .setValue(metric.getValue())
        .setThreshold(metric.getThreshold())
        .setMessage("")
        .setReference("r")
        .build();
  }
}

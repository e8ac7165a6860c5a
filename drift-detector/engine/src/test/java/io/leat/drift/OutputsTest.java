package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.pipeline.definition.FeatureInputs;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.expression.Expression;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a model says, watched beside what it is fed. */
class OutputsTest {
  private static final FeatureService SERVICE = Given.service("amount");
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final Monitor MONITOR = monitor(List.of());

  private static Monitor monitor(List<String> features) {
    return new Monitor(
        "price",
        "price",
        Given.DAY,
        features,
        List.of(Monitor.SCORE, Monitor.DECISION),
        Segments.NONE,
        null,
        List.of("ks"),
        Duration.ZERO,
        24,
        0.5,
        2,
        3,
        3,
        Monitor.Rule.THRESHOLDS);
  }

  private static ReferenceProfileBuilder rows() {
    ReferenceProfileBuilder builder =
        new ReferenceProfileBuilder(Given.model(), SERVICE, List.of(MONITOR));
    Random random = new Random(3);
    for (int hour = 0; hour < 60 * 24; hour++) {
      builder.add(hour * HOUR, List.of(random.nextGaussian()));
    }
    return builder;
  }

  private static DriftDetector detector() {
    ReferenceProfileBuilder builder = rows();
    Random random = new Random(4);
    for (int hour = 0; hour < 60 * 24; hour++) {
      builder.addScore(hour * HOUR, score(random.nextDouble() * 0.6));
    }
    ReferenceProfile profile = builder.build();
    assertThat(profile.formatVersion()).isEqualTo(3);
    assertThat(ReferenceProfile.parse(profile.toJson()).toJson()).isEqualTo(profile.toJson());
    return new DriftDetector(MONITOR, ReferenceProfile.parse(profile.toJson()));
  }

  private static Map<String, Object> score(double score) {
    return score > 0.5
        ? Map.of(Monitor.SCORE, score, Monitor.DECISION, "block", "outputs.other", 1.0)
        : Map.of(Monitor.SCORE, score);
  }

  private static void add(WindowSummary window, long version, double score) {
    Map<String, Object> columns = score(score);
    window.addScore(
        version, ColumnValues.of(columns.get(Monitor.SCORE), columns.get(Monitor.DECISION)));
  }

  private static WindowSummary window(DriftDetector detector, double most) {
    WindowSummary window = detector.newWindow();
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      window.add(ColumnValues.of(random.nextGaussian()));
      add(window, 1, random.nextDouble() * most);
    }
    return window;
  }

  @Test
  void scoresAndDecisionsAreComparedWithWhatTheModelSaidOfItsTrainingRows() {
    DriftDetector detector = detector();
    List<DriftAlert> alerts = new ArrayList<>();
    DetectorState state = new DetectorState();
    List<DriftMetric> metrics = new ArrayList<>();
    for (int day = 0; day < 2; day++) {
      DriftDetector.Verdict verdict =
          detector.evaluate(day * 24L * HOUR, window(detector, 1.0), state);
      alerts.addAll(verdict.alerts());
      metrics.addAll(verdict.metrics());
    }

    assertThat(detector.features()).containsExactly("event.amount");
    assertThat(detector.outputs()).containsExactly("score", "decision");
    assertThat(metrics)
        .extracting(DriftMetric::getFeature, DriftMetric::getMetric, DriftMetric::getEvents)
        .contains(
            tuple("event.amount", "ks", 100L),
            tuple("score", "ks", 100L),
            tuple("decision", "js_base2", 100L));
    assertThat(alerts).extracting(DriftAlert::getFeature).contains("score", "decision");
    assertThat(
            detector
                .evaluate(9L * 24 * HOUR, window(detector, 0.6), new DetectorState())
                .metrics()
                .stream()
                .filter(metric -> metric.getValue() > metric.getThreshold()))
        .isEmpty();
  }

  @Test
  void aWindowHoldsTheScoresOfItsLatestChampionInWhateverOrderTheyCome() {
    DriftDetector detector = detector();
    WindowSummary one = detector.newWindow();
    add(one, 1, 0.1);
    add(one, 2, 0.2);
    add(one, 1, 0.1);
    WindowSummary other = detector.newWindow();
    other.add(ColumnValues.of(1.0));
    add(other, 1, 0.1);
    add(other, 2, 0.9);
    int score = detector.streams().indexOf(DriftStream.of("score"));

    WindowSummary merged = detector.readWindow(other.toBytes());
    merged.merge(detector.readWindow(one.toBytes()));
    one.merge(other);

    assertThat(one.toBytes()).isEqualTo(merged.toBytes());
    assertThat(merged.counts(score).values()).isEqualTo(2);
    assertThat(merged.events(score)).isEqualTo(2);
    assertThat(merged.events()).isEqualTo(1);
  }

  @Test
  void withoutPredictionsOfItsTrainingRowsTheRestIsWatched() {
    ReferenceProfile profile = rows().build();
    DriftDetector detector = new DriftDetector(MONITOR, profile);

    assertThat(detector.withoutReference()).containsExactly("score", "decision");
    assertThat(detector.streams()).containsExactly(DriftStream.of("event.amount"));
    assertThat(detector.outputs()).isEmpty();
  }

  @Test
  void aFeatureThatIsCalledAsAnOutputIsNotTakenForIt() {
    FeatureService service =
        new FeatureService(
            "prices",
            1,
            "readings",
            List.of(
                new FeatureService.DerivedFeature(
                    "score",
                    new Expression("1.0", "s.yaml", 1),
                    new FeatureInputs(List.of("amount"), List.of()),
                    ValueType.DOUBLE)),
            Optional.empty(),
            "d1");
    ReferenceProfileBuilder builder =
        new ReferenceProfileBuilder(Given.model(), service, List.of(MONITOR)).add(0, List.of(1.0));

    assertThatThrownBy(builder::build)
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("service prices has a feature of that name");
  }
}

package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.Embedding;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.Segments;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Seeds are fixed. */
class EmbeddingsTest {
  private static final int DIMENSIONS = 16;
  private static final int A_DAY = 200;
  private static final FeatureService SERVICE =
      Given.service(
          IntStream.rangeClosed(0, DIMENSIONS + 1)
              .mapToObj(i -> i < DIMENSIONS ? "e" + i : i == DIMENSIONS ? "amount" : "country")
              .toArray(String[]::new));
  private static final Embedding TEXT =
      new Embedding("text", SERVICE.featureNames().subList(0, DIMENSIONS));
  private static final Segments.Key COUNTRY =
      new Segments.Key(
          "country", "", List.of(new Segments.Input("event.country", ValueType.STRING)));

  private static Monitor monitor(Segments segments, Embedding... embeddings) {
    return monitor(List.of("ks"), segments, embeddings);
  }

  private static Monitor monitor(
      List<String> statistics, Segments segments, Embedding... embeddings) {
    return new Monitor(
        "price",
        "price",
        MonitorWindows.tumbling(Given.DAY),
        List.of(),
        List.of(),
        segments,
        null,
        statistics,
        Duration.ZERO,
        24,
        0.5,
        2,
        3,
        3,
        Monitor.Rule.SEQUENTIAL,
        DataQuality.within(0.5),
        List.of(embeddings));
  }

  private static final Monitor MONITOR = monitor(Segments.NONE, TEXT);

  /** Vectors of a normal law about (1, ..., 1), the first number moved. */
  private static List<Given.Row> rows(long seed, int firstDay, int days, double moved) {
    Random random = new Random(seed);
    List<Given.Row> rows = new ArrayList<>();
    long step = Given.DAY.toMillis() / A_DAY;
    for (int i = 0; i < days * A_DAY; i++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
        values.add(1 + random.nextGaussian() + (dimension == 0 ? moved : 0));
      }
      values.add(random.nextGaussian());
      values.add(random.nextBoolean() ? "AT" : "BE");
      rows.add(new Given.Row(firstDay * Given.DAY.toMillis() + i * step, values));
    }
    return rows;
  }

  private static DriftDetector detector(Monitor monitor) {
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows(1, 0, 60, 0));
    return new DriftDetector(monitor, ReferenceProfile.parse(profile.toJson()));
  }

  @Test
  void anEmbeddingIsOneColumnAndItsNumbersAreNone() {
    DriftDetector detector = detector(MONITOR);

    assertThat(detector.streams())
        .extracting(DriftStream::toString)
        .containsExactly("event.amount", "event.country", "text");
    assertThat(detector.features())
        .as("what a row has to hold")
        .containsAll(TEXT.features())
        .contains("event.amount")
        .doesNotContain("text");
    assertThat(detector.thresholds())
        .filteredOn(threshold -> threshold.stream().feature().equals("text"))
        .extracting(threshold -> threshold.statistic().name())
        .containsExactly("ks", "centroid_shift");
  }

  /** A mean that moves by a spread's fifth hardly changes distances in 16 dimensions. */
  @Test
  void theMeanTellsWhatDistancesDoNot() {
    DriftDetector detector = detector(MONITOR);
    List<DriftMetric> metrics =
        Given.run(detector, SERVICE, rows(2, 60, 20, 0.8)).metrics().stream()
            .filter(metric -> metric.getFeature().equals("text"))
            .toList();

    assertThat(metrics)
        .filteredOn(metric -> metric.getMetric().equals("centroid_shift"))
        .hasSize(20)
        .allSatisfy(metric -> assertThat(metric.getValue()).isCloseTo(0.2, within(0.08)));
    assertThat(metrics)
        .filteredOn(metric -> metric.getMetric().equals("ks"))
        .hasSize(20)
        .allSatisfy(metric -> assertThat(metric.getValue()).isLessThan(0.25));
  }

  @Test
  void anEpisodeOpensForAnEmbeddingThatMoved() {
    List<DriftAlert> alerts = Given.run(detector(MONITOR), SERVICE, rows(2, 60, 20, 0.8)).alerts();

    assertThat(alerts)
        .filteredOn(alert -> alert.getState() == AlertState.OPEN && alert.getUpdates() == 0)
        .hasSize(1);
    assertThat(alerts.get(0).getFeature()).isEqualTo("text");
    assertThat(alerts.get(0).getMetric()).isEqualTo("centroid_shift");
    assertThat(Given.run(detector(MONITOR), SERVICE, rows(3, 60, 60, 0)).alerts())
        .as("of what did not move: 0.5 a week in 60 days are 4")
        .filteredOn(alert -> alert.getState() == AlertState.OPEN && alert.getUpdates() == 0)
        .hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void theTrainingRowsAsAWindowAreTheReference() {
    DriftDetector detector = detector(MONITOR);
    WindowSummary window = Given.summary(detector, SERVICE, rows(1, 0, 60, 0));
    WindowSummary read = detector.readWindow(window.toBytes());

    assertThat(read.toBytes()).isEqualTo(window.toBytes());
    assertThat(detector.evaluate(0, read, new DetectorState()).metrics())
        .filteredOn(metric -> metric.getFeature().equals("text"))
        .hasSize(2)
        .allSatisfy(metric -> assertThat(metric.getValue()).isCloseTo(0, within(1e-6)));
  }

  @Test
  void orderAndGroupingDoNotMatter() {
    List<Given.Row> rows = rows(1, 0, 60, 0);
    List<Given.Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(1));
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows);
    DriftDetector detector = new DriftDetector(MONITOR, profile);
    WindowSummary merged = Given.summary(detector, SERVICE, shuffled.subList(0, 5_000));
    merged.merge(Given.summary(detector, SERVICE, shuffled.subList(5_000, shuffled.size())));

    assertThat(Given.profile(MONITOR, SERVICE, shuffled).fingerprint())
        .isEqualTo(profile.fingerprint());
    assertThat(merged.toBytes()).isEqualTo(Given.summary(detector, SERVICE, rows).toBytes());
  }

  @Test
  void anEmbeddingWithoutOneOfItsNumbersIsNull() {
    DriftDetector detector = detector(MONITOR);
    List<@Nullable Object> values = new ArrayList<>(rows(4, 0, 1, 0).get(0).values());
    values.set(3, NullReason.NO_EVENT);
    int text = detector.streams().indexOf(DriftStream.of("text"));

    WindowSummary window = Given.summary(detector, SERVICE, List.of(new Given.Row(0, values)));

    assertThat(window.counts(text).values()).isZero();
    assertThat(window.counts(text).nulls(NullReason.NO_EVENT)).isEqualTo(1);
    assertThat(window.counts(text).sums()).containsOnly(0);
  }

  @Test
  void aSegmentHasItsOwnMean() {
    Monitor monitor = monitor(new Segments(List.of(COUNTRY), 20), TEXT);
    List<Given.Row> rows = rows(1, 0, 60, 0).stream().map(row -> moved(row, "BE", 3)).toList();
    DriftDetector detector =
        new DriftDetector(
            monitor, ReferenceProfile.parse(Given.profile(monitor, SERVICE, rows).toJson()));
    List<Given.Row> live = rows(2, 60, 1, 0).stream().map(row -> moved(row, "BE", 3)).toList();

    assertThat(Given.run(detector, SERVICE, live).metrics())
        .filteredOn(metric -> metric.getMetric().equals("centroid_shift"))
        .extracting(DriftMetric::getSegment)
        .containsExactly(null, "country=AT", "country=BE");
    assertThat(Given.run(detector, SERVICE, live).metrics())
        .filteredOn(metric -> metric.getMetric().equals("centroid_shift"))
        .allSatisfy(metric -> assertThat(metric.getValue()).isLessThan(0.2));
  }

  private static Given.Row moved(Given.Row row, String country, double by) {
    List<@Nullable Object> values = new ArrayList<>(row.values());
    if (country.equals(values.get(DIMENSIONS + 1))) {
      values.set(1, (Double) row.values().get(1) + by);
    }
    return new Given.Row(row.time(), values);
  }

  /** One number becomes 0 or 2 where it lay about 1, as far off in the mean of squares. */
  @Test
  void aClassifierTellsWhatTheMeanDoesNot() {
    Monitor monitor = monitor(List.of("ks", "classifier_auc"), Segments.NONE, TEXT);
    List<Given.Row> rows = rows(1, 0, 40, 0);
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows);
    DriftDetector detector = new DriftDetector(monitor, ReferenceProfile.parse(profile.toJson()));
    List<Given.Row> split =
        rows(2, 40, 4, 0).stream()
            .map(
                row -> {
                  List<@Nullable Object> values = new ArrayList<>(row.values());
                  double own = (Double) row.values().get(1) - 1;
                  values.set(1, 1 + Math.signum(own));
                  return new Given.Row(row.time(), values);
                })
            .toList();
    List<DriftMetric> metrics =
        Given.run(detector, SERVICE, split).metrics().stream()
            .filter(metric -> metric.getFeature().equals("text"))
            .toList();

    assertThat(values(metrics, "classifier_auc")).hasSize(4).allMatch(value -> value > 0.6);
    assertThat(values(Given.run(detector, SERVICE, rows(3, 40, 4, 0)).metrics(), "classifier_auc"))
        .as("of what did not change")
        .hasSize(4)
        .allMatch(value -> value < 0.6);
    assertThat(values(metrics, "centroid_shift")).allMatch(value -> value < 0.15);
    WindowSummary window = Given.summary(detector, SERVICE, split);
    WindowSummary merged = Given.summary(detector, SERVICE, split.subList(300, 800));
    merged.merge(Given.summary(detector, SERVICE, split.subList(0, 300)));
    assertThat(detector.readWindow(merged.toBytes()).toBytes()).isEqualTo(window.toBytes());
    assertThat(window.counts(detector.streams().indexOf(DriftStream.of("text"))).sample())
        .hasValueSatisfying(sample -> assertThat(sample.size()).isEqualTo(EmbeddingSample.MOST));
  }

  private static List<Double> values(List<DriftMetric> metrics, String statistic) {
    return metrics.stream()
        .filter(metric -> metric.getMetric().equals(statistic))
        .map(DriftMetric::getValue)
        .toList();
  }

  @Test
  void anEmbeddingOfATextIsRefused() {
    Monitor monitor =
        monitor(Segments.NONE, new Embedding("odd", List.of("event.e0", "event.country")));

    assertThatThrownBy(() -> Given.profile(monitor, SERVICE, rows(1, 0, 30, 0)))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessage(
            "The embedding odd of monitor price is made of event.country, which is a text in the training data; expected numbers.");
  }

  @Test
  void aProfileOfOtherEmbeddingsIsRefused() {
    ReferenceProfile without = Given.profile(monitor(Segments.NONE), SERVICE, rows(1, 0, 30, 0));

    assertThatThrownBy(() -> new DriftDetector(MONITOR, without))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("embeddings=[text: " + TEXT.features().get(0));
    assertThat(without.formatVersion()).isEqualTo(3);
  }
}

package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.drift.statistic.ColumnKind;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Severity;
import io.leat.schemas.NullReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A profile's file, what it refuses, and what constants, nulls and flags do. */
class ReferenceProfileTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final Monitor MONITOR = Given.monitor(Given.DAY, 0.5);
  private static final FeatureService SERVICE =
      Given.service("noise", "constant", "flag", "absent", "text");

  @TempDir private Path folder = Path.of(".");

  /** Noise, a constant, a flag that is rarely true, nulls, text. */
  private static List<Given.Row> rows(int days, double constant) {
    Random random = new Random(7);
    List<Given.Row> rows = new ArrayList<>();
    for (int hour = 0; hour < days * 24; hour++) {
      List<@Nullable Object> values =
          Arrays.asList(random.nextGaussian(), constant, random.nextInt(20) == 0, null, "x");
      rows.add(new Given.Row(hour * HOUR, values));
    }
    return rows;
  }

  @Test
  void aFileSaysAllThatTheProfileSays() throws IOException {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(60, 3));
    Path file = folder.resolve("reference.json");

    profile.write(file);
    ReferenceProfile read = ReferenceProfile.read(file);
    ObjectMapper json = new ObjectMapper();
    Files.writeString(file, json.readTree(file.toFile()).toPrettyString());
    ReferenceProfile reformatted = ReferenceProfile.read(file);

    assertThat(read.toJson()).isEqualTo(profile.toJson());
    assertThat(read.fingerprint()).isEqualTo(profile.fingerprint()).hasSize(64);
    assertThat(reformatted.fingerprint()).isEqualTo(profile.fingerprint());
    assertThat(read.monitors()).isEqualTo(profile.monitors());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void keepsWhatTheFeaturesWere() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(60, 3));

    assertThat(profile.rows()).isEqualTo(60 * 24);
    assertThat(profile.lastTime()).isEqualTo((60 * 24 - 1) * HOUR);
    assertThat(profile.features())
        .extracting(FeatureReference::name)
        .containsExactly(
            "event.noise", "event.constant", "event.flag", "event.absent", "event.text");
    FeatureReference constant = profile.feature("event.constant").orElseThrow();
    assertThat(constant.count()).isEqualTo(60 * 24);
    assertThat(distribution(constant).size()).isEqualTo(1);
    assertThat(distribution(constant).point(0)).isEqualTo(3);
    FeatureReference flag = profile.feature("event.flag").orElseThrow();
    assertThat(distribution(flag).size()).isEqualTo(2);
    FeatureReference absent = profile.feature("event.absent").orElseThrow();
    assertThat(absent.nulls()).isEqualTo(60 * 24);
    assertThat(distribution(absent).size()).isZero();
  }

  private static Distribution distribution(FeatureReference reference) {
    return ((NumberReference) reference).distribution();
  }

  @Test
  void whatNeverVariedIsCriticalWhenItDoesAndNotBefore() {
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(60, 3)));

    List<DriftAlert> same = Given.run(detector, SERVICE, rows(60, 3)).alerts();
    List<DriftAlert> lastBit = Given.run(detector, SERVICE, rows(60, Math.nextUp(3.0))).alerts();
    List<DriftAlert> changed = Given.run(detector, SERVICE, rows(60, 3.01)).alerts();

    assertThat(same).isEmpty();
    assertThat(lastBit).isEmpty();
    assertThat(changed).hasSize(1);
    DriftAlert alert = changed.get(0);
    assertThat(alert.getFeature()).isEqualTo("event.constant");
    assertThat(alert.getSeverity()).isEqualTo(Severity.CRITICAL);
    assertThat(alert.getState()).isEqualTo(AlertState.OPEN);
    assertThat(alert.getWindowStart()).isEqualTo("1970-01-02T00:00:00Z");
    assertThat(alert.getMessage()).contains("event.constant has drifted", "2 of the last 3");
  }

  @Test
  void valuesWhereAllWasNullAreDrift() {
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(60, 3)));
    List<Given.Row> filled =
        rows(2, 3).stream()
            .map(
                row -> {
                  List<@Nullable Object> values = new ArrayList<>(row.values());
                  values.set(3, 1.0);
                  return new Given.Row(row.time(), values);
                })
            .toList();

    assertThat(Given.run(detector, SERVICE, filled).alerts())
        .extracting(DriftAlert::getFeature)
        .containsExactly("event.absent");
  }

  private static List<Given.Row> withNulls(List<Given.Row> rows, int of, Object... reasons) {
    List<Given.Row> changed = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<@Nullable Object> values = new ArrayList<>(rows.get(i).values());
      if (i % of < reasons.length) {
        values.set(0, reasons[i % of]);
      }
      changed.add(new Given.Row(rows.get(i).time(), values));
    }
    return changed;
  }

  @Test
  void nullsAreCountedByReasonInTheProfileAndInEachMetric() {
    List<Given.Row> rows =
        withNulls(rows(60, 3), 24, NullReason.NO_EVENT, NullReason.NO_EVENT, NullReason.LATE);
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows);

    FeatureReference noise = profile.feature("event.noise").orElseThrow();
    assertThat(noise.nulls()).isEqualTo(180);
    assertThat(noise.nullsByReason()).containsOnly(entry("late", 60L), entry("no_event", 120L));
    assertThat(ReferenceProfile.parse(profile.toJson()).toJson()).isEqualTo(profile.toJson());
    assertThat(new String(profile.toJson(), UTF_8))
        .contains("\"nullsByReason\":{\"late\":60,\"no_event\":120}");
    Given.Reported reported = Given.run(new DriftDetector(MONITOR, profile), SERVICE, rows);
    assertThat(reported.metrics())
        .filteredOn(metric -> metric.getFeature().equals("event.noise"))
        .hasSize(120)
        .allSatisfy(metric -> assertThat(metric.getNulls()).isEqualTo(3))
        .allSatisfy(
            metric ->
                assertThat(metric.getNullsByReason())
                    .containsOnly(entry("late", 1L), entry("no_event", 2L)));
  }

  @Test
  void whatIsNotKnownIsNoDriftAndWhatIsKnownNotToBeThereIs() {
    DriftDetector detector =
        new DriftDetector(
            MONITOR,
            Given.profile(MONITOR, SERVICE, withNulls(rows(60, 3), 24, NullReason.NO_EVENT)));
    List<Given.Row> likeTraining = withNulls(rows(4, 3), 24, NullReason.NO_EVENT);

    for (NullReason unknown :
        List.of(NullReason.LATE, NullReason.NOT_KEPT, NullReason.NOT_YET, NullReason.REMOVED)) {
      List<Given.Row> half = withNulls(likeTraining, 2, NullReason.NO_EVENT, unknown);
      List<Given.Row> rows = new ArrayList<>();
      for (int i = 0; i < half.size(); i++) {
        rows.add(i % 2 == 0 ? likeTraining.get(i) : half.get(i));
      }
      List<DriftMetric> index =
          Given.run(detector, SERVICE, rows).metrics().stream()
              .filter(metric -> metric.getFeature().equals("event.noise"))
              .filter(metric -> metric.getMetric().equals("psi_deciles_1e-4"))
              .toList();
      assertThat(index)
          .hasSize(4)
          .allSatisfy(metric -> assertThat(metric.getNulls()).isEqualTo(13))
          .allSatisfy(metric -> assertThat(metric.getValue()).as("too few known").isNull());
    }
    assertThat(Given.run(detector, SERVICE, withNulls(rows(4, 3), 2, NullReason.NO_EVENT)).alerts())
        .extracting(DriftAlert::getFeature, DriftAlert::getMetric)
        .containsExactly(tuple("event.noise", "psi_deciles_1e-4"));
  }

  @Test
  void theIndexPassesOverWhatIsNotKnown() {
    List<Given.Row> training = withNulls(rows(60, 3), 24, NullReason.NO_EVENT);
    DriftDetector detector = new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, training));
    List<Given.Row> day = training.subList(0, 24);
    List<Given.Row> more = new ArrayList<>(day);
    for (Given.Row row : day) {
      List<@Nullable Object> values = new ArrayList<>(row.values());
      values.set(0, NullReason.NOT_YET);
      more.add(new Given.Row(row.time(), values));
    }

    assertThat(index(Given.run(detector, SERVICE, more)))
        .isEqualTo(index(Given.run(detector, SERVICE, day)));
  }

  private static List<@Nullable Double> index(Given.Reported reported) {
    return reported.metrics().stream()
        .filter(metric -> metric.getFeature().equals("event.noise"))
        .map(DriftMetric::getValue)
        .toList();
  }

  @Test
  void aProfileOfAReleaseThatCountedAllNullsTogetherIsReadAsItWas() throws IOException {
    List<Given.Row> rows = withNulls(rows(60, 3), 24, NullReason.NO_EVENT);
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows);
    String text = new String(profile.toJson(), UTF_8);
    String earlier = text.replaceAll("\"nullsByReason\":\\{[^}]*},", "");
    assertThat(earlier).isNotEqualTo(text).doesNotContain("nullsByReason");

    ReferenceProfile read = ReferenceProfile.parse(earlier.getBytes(UTF_8));

    assertThat(new String(read.toJson(), UTF_8)).isEqualTo(earlier);
    assertThat(read.feature("event.noise").orElseThrow().nulls()).isEqualTo(60);
    assertThat(read.feature("event.noise").orElseThrow().nullsByReason()).isEmpty();
    List<Given.Row> late = withNulls(rows(4, 3), 2, NullReason.LATE);
    assertThat(Given.run(new DriftDetector(MONITOR, read), SERVICE, late).alerts())
        .as("as before: that reference does not tell one null from another")
        .extracting(DriftAlert::getFeature)
        .containsExactly("event.noise");
  }

  @Test
  void aMetricSaysHowFarTheExactStatisticMayBeAboveIt() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(60, 3));
    assertThat(distribution(profile.feature("event.noise").orElseThrow()).size())
        .as("fewer than the 1,440 numbers")
        .isLessThan(Distribution.MAX_POINTS);
    List<Given.Row> other = withNulls(rows(2, 3), 2, 0.25);

    List<DriftMetric> metrics =
        Given.run(new DriftDetector(MONITOR, profile), SERVICE, other).metrics();

    assertThat(metrics)
        .filteredOn(metric -> !metric.getFeature().equals("event.noise"))
        .allSatisfy(metric -> assertThat(metric.getError()).isZero());
    assertThat(metrics)
        .filteredOn(metric -> metric.getFeature().equals("event.noise"))
        .filteredOn(metric -> metric.getMetric().equals("ks"))
        .hasSize(2)
        .allSatisfy(
            metric -> {
              double exact = exact(rows(60, 3), other, metric);
              assertThat(exact)
                  .isBetween(
                      metric.getValue() - 1e-12, metric.getValue() + metric.getError() + 1e-12);
              assertThat(metric.getError()).isLessThanOrEqualTo(0.001);
            });
  }

  /** Largest distance of the two distribution functions of noise, number by number. */
  private static double exact(List<Given.Row> reference, List<Given.Row> rows, DriftMetric metric) {
    double[] one = noise(reference);
    double[] other =
        noise(
            rows.stream()
                .filter(row -> row.time() >= metric.getWindowStart().toEpochMilli())
                .filter(row -> row.time() < metric.getWindowEnd().toEpochMilli())
                .toList());
    double distance = 0;
    for (double at : DoubleStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray()) {
      double below = Arrays.stream(one).filter(x -> x <= at).count() / (double) one.length;
      double there = Arrays.stream(other).filter(x -> x <= at).count() / (double) other.length;
      distance = Math.max(distance, Math.abs(below - there));
    }
    return distance;
  }

  private static double[] noise(List<Given.Row> rows) {
    return rows.stream().mapToDouble(row -> ((Double) row.values().get(0)).floatValue()).toArray();
  }

  @Test
  void aWindowOfTooFewValuesIsWrittenButNotEvaluated() {
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(60, 3)));

    Given.Reported reported = Given.run(detector, SERVICE, rows(60, 9).subList(0, 23));

    assertThat(reported.alerts()).isEmpty();
    assertThat(reported.metrics())
        .hasSize(9)
        .allSatisfy(metric -> assertThat(metric.getValue()).isNull())
        .allSatisfy(metric -> assertThat(metric.getEvents()).isEqualTo(23));
  }

  @Test
  void tooFewWindowsAreSaidToBeTooFew() {
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(5, 3)));

    assertThat(detector.uncalibrated()).hasSameSizeAs(detector.thresholds());
  }

  @Test
  void refusesWhatIsNoProfileOfTheModel() throws IOException {
    Path absent = folder.resolve("absent.json");
    Path text = Files.writeString(folder.resolve("text.json"), "ten");
    Path later =
        Files.writeString(
            folder.resolve("later.json"),
            """
        {"format": "leat-reference-profile", "formatVersion": 5}""");
    Path broken =
        Files.writeString(
            folder.resolve("broken.json"),
            """
        {"format": "leat-reference-profile", "formatVersion": 1, "model": "price"}""");

    assertThatThrownBy(() -> ReferenceProfile.read(absent))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessage(
            "There is no reference profile at %s; `leat train` writes it beside the model.",
            absent);
    assertThatThrownBy(() -> ReferenceProfile.read(text))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("is not a reference profile");
    assertThatThrownBy(() -> ReferenceProfile.read(later))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("of version 5; expected leat-reference-profile of version 4 at most");
    assertThatThrownBy(() -> ReferenceProfile.read(broken))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("is not a reference profile");
  }

  @Test
  void whatAnEarlierReleaseCannotReadSaysSoByItsVersion() throws IOException {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(30, 3));
    String json = new String(profile.toJson(), UTF_8);

    assertThat(profile.monitors().get(0).references()).isNotEmpty();
    assertThat(profile.formatVersion()).isEqualTo(3);
    // Before there was a 3, such a file had a lower version.
    assertThat(
            ReferenceProfile.parse(
                json.replace("\"formatVersion\":3", "\"formatVersion\":1").getBytes(UTF_8)))
        .extracting(ReferenceProfile::monitors)
        .isEqualTo(profile.monitors());
    assertThat(
            new ReferenceProfileBuilder(Given.model(), SERVICE, List.of())
                .add(0, SERVICE.features().stream().map(feature -> 1.0).toList())
                .build()
                .formatVersion())
        .isEqualTo(1);
    ReferenceProfile merged = profile.merge(profile);
    assertThat(merged.formatVersion()).as("it has no windows to rank among").isEqualTo(2);
    assertThat(ReferenceProfile.parse(merged.toJson()).rows()).isEqualTo(2 * profile.rows());
  }

  @Test
  void aProfileThatNobodyCouldReadIsNotWritten() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(30, 3));
    int series = profile.monitors().get(0).thresholds().size();

    profile.checkSize(1_000, 1_000);
    assertThatThrownBy(() -> profile.checkSize(1_001, 1_000))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageStartingWith(
            "The reference profile of model price has 1001 bytes; a profile has at most 1000. Monitor price keeps the windows of %d series"
                .formatted(series))
        .hasMessageEndingWith(
            "watch fewer columns, lower segments_cap, name fewer statistics, or take longer windows.");
  }

  @Test
  void refusesTheProfileOfAnotherServiceVersion() throws IOException {
    FeatureService second =
        new FeatureService("prices", 2, "readings", SERVICE.features(), SERVICE.label(), "d2");
    Model model = Given.model();
    Path file = folder.resolve("reference.json");
    Given.profile(MONITOR, second, rows(30, 3)).write(file);
    Model withFile =
        new Model(
            model.name(),
            model.version(),
            model.service(),
            model.serviceVersion(),
            model.artifact(),
            file,
            model.owner(),
            model.intendedUse(),
            model.nulls(),
            model.score(),
            model.decisions());

    assertThatThrownBy(() -> ReferenceProfile.read(withFile))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining(
            "which reads prices@2; expected one of model price, which reads prices@1");
  }

  @Test
  void refusesAMonitorThatHasChanged() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(30, 3));

    assertThatThrownBy(() -> new DriftDetector(Given.monitor(Duration.ofHours(12), 0.5), profile))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("Monitor price has changed since the reference profile");
  }

  @Test
  void aMonitorMeasuresTheStatisticsThatItNamesAndSharesTheBudgetAmongThem() {
    Monitor one = monitor(List.of("ks"));
    ReferenceProfile profile = Given.profile(one, SERVICE, rows(60, 3));
    DriftDetector detector = new DriftDetector(one, profile);

    assertThat(detector.thresholds())
        .filteredOn(threshold -> !threshold.stream().feature().equals("event.text"))
        .extracting(Threshold::statistic)
        .containsOnly(Statistics.KOLMOGOROV_SMIRNOV);
    assertThat(Given.run(detector, SERVICE, rows(2, 3)).metrics())
        .hasSize(2 * 5)
        .allSatisfy(
            metric ->
                assertThat(metric.getMetric())
                    .isEqualTo(metric.getFeature().equals("event.text") ? "js_base2" : "ks"));
    assertThat(detector.thresholds().get(0).warn())
        .as("nearly twice the budget for each, so less is drift")
        .isLessThan(
            new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(60, 3)))
                .thresholds()
                .get(0)
                .warn());
  }

  static List<String> statistics() {
    return Statistics.of(ColumnKind.NUMBERS).stream().map(Statistic::name).toList();
  }

  @ParameterizedTest
  @MethodSource("statistics")
  void everyStatisticOfTheCatalogueIsCalibratedAndFindsDrift(String statistic) {
    Monitor monitor = monitor(List.of(statistic));
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows(60, 3));
    DriftDetector detector = new DriftDetector(monitor, ReferenceProfile.parse(profile.toJson()));

    List<DriftAlert> same = Given.run(detector, SERVICE, rows(60, 3)).alerts();
    List<DriftAlert> changed = Given.run(detector, SERVICE, rows(60, 3.01)).alerts();

    assertThat(same).extracting(DriftAlert::getFeature).doesNotContain("event.constant");
    assertThat(changed)
        .filteredOn(alert -> alert.getFeature().equals("event.constant"))
        .extracting(DriftAlert::getMetric, DriftAlert::getSeverity)
        .containsExactly(tuple(statistic, Severity.CRITICAL));
  }

  @Test
  void refusesAMonitorThatMeasuresOtherStatistics() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(30, 3));

    assertThatThrownBy(() -> new DriftDetector(monitor(List.of("ks")), profile))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining(
            "Monitor price has changed since the reference profile of model price was made: it is [ks]");
  }

  @Test
  void refusesAProfileOfAStatisticThatThisReleaseDoesNotHave() {
    String text = new String(Given.profile(MONITOR, SERVICE, rows(30, 3)).toJson(), UTF_8);
    byte[] later = text.replace("\"statistic\":\"ks\"", "\"statistic\":\"kss\"").getBytes(UTF_8);

    assertThatThrownBy(() -> ReferenceProfile.parse(later))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("is not a reference profile")
        .hasMessageContaining("no statistic is called kss");
  }

  private static Monitor monitor(List<String> statistics) {
    return new Monitor(
        "price",
        "price",
        Given.DAY,
        List.of(),
        statistics,
        Duration.ZERO,
        24,
        0.5,
        2,
        3,
        3,
        Monitor.Rule.THRESHOLDS);
  }
}

package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.Model;
import io.leat.pipeline.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    assertThat(Files.list(folder)).containsExactly(file);
  }

  @Test
  void keepsWhatTheFeaturesWere() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows(60, 3));

    assertThat(profile.rows()).isEqualTo(60 * 24);
    assertThat(profile.lastTime()).isEqualTo((60 * 24 - 1) * HOUR);
    assertThat(profile.features())
        .extracting(FeatureReference::name)
        .containsExactly("event.noise", "event.constant", "event.flag", "event.absent");
    FeatureReference constant = profile.feature("event.constant").orElseThrow();
    assertThat(constant.count()).isEqualTo(60 * 24);
    assertThat(constant.distribution().size()).isEqualTo(1);
    assertThat(constant.distribution().point(0)).isEqualTo(3);
    FeatureReference flag = profile.feature("event.flag").orElseThrow();
    assertThat(flag.distribution().size()).isEqualTo(2);
    FeatureReference absent = profile.feature("event.absent").orElseThrow();
    assertThat(absent.nulls()).isEqualTo(60 * 24);
    assertThat(absent.distribution().size()).isZero();
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

  @Test
  void aWindowOfTooFewValuesIsWrittenButNotJudged() {
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows(60, 3)));

    Given.Told told = Given.run(detector, SERVICE, rows(60, 9).subList(0, 23));

    assertThat(told.alerts()).isEmpty();
    assertThat(told.metrics())
        .hasSize(8)
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
        {"format": "leat-reference-profile", "formatVersion": 2}""");
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
        .hasMessageContaining("of version 2; expected leat-reference-profile of version 1");
    assertThatThrownBy(() -> ReferenceProfile.read(broken))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("is not a reference profile");
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
  void refusesAMonitorOfWhatIsNotNumeric() {
    Monitor texts =
        new Monitor(
            "texts", "price", Given.DAY, List.of("event.text"), Duration.ZERO, 24, 0.5, 2, 3, 3);

    assertThatThrownBy(() -> Given.profile(texts, SERVICE, rows(30, 3)))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessageContaining("Monitor texts watches event.text, which is not numeric");
  }
}

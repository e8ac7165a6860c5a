package io.leat.drift.sequential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.drift.sequential.SequentialDetector.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every detector does; {@code PublishedValuesTest} has what others published. */
class SequentialDetectorsTest {
  private static final Path TESTS =
      Path.of(System.getProperty("leat.project"), "drift-detector/statistics/src/test/resources");
  private static final Path RELEASED = TESTS.resolve("golden/detectors.tsv");
  private static final char TAB = '\t';
  private static final int CHANGE = 600;

  /** What makes a detector's standard parameters fit values from 0 to 1. */
  private static final Map<String, Map<String, Double>> FITTED =
      Map.of(
          "geometric_moving_average_up", Map.of("threshold", 0.2),
          "bocd_normal_mean", Map.of("variance", 0.02));

  static List<DetectorKind> kinds() {
    return SequentialDetectors.all();
  }

  /** Mostly low, then mostly high; the other way round for those that look for decreases. */
  private static double[] stream(DetectorKind kind, long seed) {
    Random random = new Random(seed);
    boolean isDown = kind.name().endsWith("_down");
    return IntStream.range(0, 2 * CHANGE)
        .mapToDouble(
            i -> {
              double share = i < CHANGE ? 0.1 : 0.8;
              double value =
                  kind.values() == Values.ERRORS
                      ? random.nextDouble() < share ? 1 : 0
                      : Math.min(1, Math.max(0, share + 0.1 * random.nextGaussian()));
              return isDown ? 1 - value : value;
            })
        .toArray();
  }

  private static SequentialDetector fitted(DetectorKind kind) {
    return kind.create(FITTED.getOrDefault(kind.name(), Map.of()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aPlainChangeIsTold(DetectorKind kind) {
    double[] stream = stream(kind, 1);
    SequentialDetector detector = fitted(kind);

    List<Integer> drifts = drifts(detector, stream);

    assertThat(drifts).as(kind.name()).isNotEmpty();
    assertThat(drifts.stream().filter(i -> i >= CHANGE).findFirst().orElseThrow())
        .as(kind.name())
        .isLessThan(CHANGE + 150);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void equalValuesAreNoChange(DetectorKind kind) {
    SequentialDetector detector = fitted(kind);
    for (int i = 0; i < 2_000; i++) {
      assertThat(detector.add(0)).as("%s, value %d", kind.name(), i).isEqualTo(State.STABLE);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aDetectorThatIsReadGoesOnWhereItStood(DetectorKind kind) {
    double[] stream = stream(kind, 2);
    SequentialDetector detector = fitted(kind);
    SequentialDetector rested = fitted(kind);
    for (int i = 0; i < stream.length; i++) {
      if (i % 37 == 0) {
        rested = SequentialDetectors.read(rested.toBytes());
      }
      assertThat(rested.add(stream[i])).isEqualTo(detector.add(stream[i]));
    }
    assertThat(rested.toBytes()).isEqualTo(detector.toBytes());
    assertThat(rested.kind()).isSameAs(kind);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatAKindDoesNotTakeIsRefusedAndChangesNothing(DetectorKind kind) {
    SequentialDetector detector = kind.create();
    detector.add(1);
    byte[] before = detector.toBytes();

    assertThatThrownBy(() -> detector.add(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("%s: NaN; expected %s", kind.name(), kind.values().description());
    assertThat(detector.toBytes()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void bytesThatAreNoStateAreRefused(DetectorKind kind) {
    SequentialDetector detector = fitted(kind);
    Arrays.stream(stream(kind, 3)).limit(200).forEach(detector::add);
    byte[] bytes = detector.toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> SequentialDetectors.read(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> SequentialDetectors.read(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("1 bytes too many");
  }

  /**
   * Names, answers and bytes: states of every release bear them, so a line of the file is never
   * edited. With {@code -Dleat.write} a kind that has none yet gets one.
   */
  @Test
  void releasedDetectorsHaveTheirAnswersAndBytes() throws IOException {
    Map<String, String> released = released();
    if (System.getProperty("leat.write") != null) {
      for (DetectorKind kind : SequentialDetectors.all()) {
        if (!released.containsKey(kind.name())) {
          Files.writeString(
              RELEASED,
              "%s%s\t%s\n"
                  .formatted(
                      Files.exists(RELEASED) ? Files.readString(RELEASED) : "",
                      kind.name(),
                      line(kind)));
        }
      }
      released = released();
    }
    assertThat(SequentialDetectors.all())
        .as("each has a line; run this test with -Dleat.write for a new one's")
        .extracting(DetectorKind::name)
        .containsExactlyInAnyOrderElementsOf(released.keySet());
    released.forEach(
        (name, line) -> {
          DetectorKind kind = SequentialDetectors.get(name);
          assertThat(line(kind)).as(name).isEqualTo(line);
          byte[] bytes = Base64.getDecoder().decode(line.substring(line.indexOf(TAB) + 1));
          assertThat(SequentialDetectors.read(bytes).toBytes()).isEqualTo(bytes);
        });
  }

  /** When it tells changes, and its state after 70 values. */
  private static String line(DetectorKind kind) {
    double[] stream = DoubleStream.of(stream(kind, 4)).map(Math::rint).toArray();
    SequentialDetector detector = fitted(kind);
    Arrays.stream(stream).limit(70).forEach(detector::add);
    return "%s\t%s"
        .formatted(
            drifts(fitted(kind), stream).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" ")),
            Base64.getEncoder().encodeToString(detector.toBytes()));
  }

  private static Map<String, String> released() throws IOException {
    return Files.exists(RELEASED)
        ? Files.readAllLines(RELEASED, UTF_8).stream()
            .map(line -> line.split("\t", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]))
        : Map.of();
  }

  private static List<Integer> drifts(SequentialDetector detector, double[] stream) {
    List<Integer> drifts = new ArrayList<>();
    for (int i = 0; i < stream.length; i++) {
      if (detector.add(stream[i]) == State.DRIFT) {
        drifts.add(i);
      }
    }
    return drifts;
  }

  /** Published by River, case seq-adwin-stats. */
  @Test
  void adwinKeepsTheSumsOfItsWindow() {
    for (DetectorKind kind : List.of(Adwin.KEEPS, Adwin.RESETS, Adwin.SKIPS)) {
      Adwin adwin = (Adwin) kind.create(Map.of("clock", 1_000_000.0));
      for (int i = 0; i < 200; i++) {
        adwin.add(i % 7);
      }
      assertThat(adwin.width()).isEqualTo(200);
      assertThat(adwin.total()).isEqualTo(594);
      assertThat(adwin.squares()).isCloseTo(797.82, within(0.0008));
    }
  }

  @Test
  void adwinDropsWhatIsBeforeTheChange() {
    Adwin adwin = (Adwin) Adwin.KEEPS.create();
    for (double value : stream(Adwin.KEEPS, 5)) {
      adwin.add(value);
    }
    assertThat(adwin.width()).isBetween(CHANGE - 40L, CHANGE + 40L);
    assertThat(adwin.total() / adwin.width()).isCloseTo(0.8, within(0.03));
  }

  /** Case seq-fr-doc-kswin: 1016 by Frouros, with NumPy's draws; the change is at 1000. */
  @Test
  void kswinFindsThePublishedChangeWithAnySeed() throws IOException {
    double[] stream =
        Files.readAllLines(TESTS.resolve("published/streams/frouros_doc_normal.csv")).stream()
            .skip(1)
            .mapToDouble(Double::parseDouble)
            .toArray();
    for (double seed = 0; seed < 20; seed++) {
      SequentialDetector kswin =
          SequentialDetectors.KSWIN.create(Map.of("alpha", 0.0001, "seed", seed));
      assertThat(drifts(kswin, stream).stream().filter(i -> i >= 1_000).findFirst().orElseThrow())
          .isBetween(1_005, 1_030);
    }
  }

  /** The variance of the distances differs, so that the one warns where the other does not yet. */
  @Test
  void theTwoVariancesOfEddmAreNotTheSame() {
    double[] stream = stream(SequentialDetectors.EDDM_SAMPLE_VARIANCE, 6);
    SequentialDetector sample = SequentialDetectors.EDDM_SAMPLE_VARIANCE.create();
    SequentialDetector population = SequentialDetectors.EDDM_POPULATION_VARIANCE.create();
    List<State> ofSample = Arrays.stream(stream).mapToObj(sample::add).toList();
    List<State> ofPopulation = Arrays.stream(stream).mapToObj(population::add).toList();
    assertThat(ofSample).isNotEqualTo(ofPopulation);
  }

  @Test
  void rddmForgetsTheBeginningOfALongConcept() {
    SequentialDetector rddm =
        SequentialDetectors.RDDM.create(
            Map.of("max_concept", 500.0, "min_concept", 150.0, "min_values", 20.0));
    SequentialDetector ddm = SequentialDetectors.DDM.create(Map.of("min_values", 20.0));
    List<Integer> byRddm = new ArrayList<>();
    List<Integer> byDdm = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      int every = i < 5_000 ? 10 : 5;
      double error = i % every == 0 ? 1 : 0;
      if (rddm.add(error) == State.DRIFT) {
        byRddm.add(i);
      }
      if (ddm.add(error) == State.DRIFT) {
        byDdm.add(i);
      }
    }
    assertThat(byRddm).isNotEmpty();
    assertThat(byRddm.get(0)).isGreaterThan(5_000);
    assertThat(byDdm.isEmpty() || byDdm.get(0) > byRddm.get(0)).isTrue();
  }

  @Test
  void aLongQuietTimeBoundsTheStateOfBocd() {
    SequentialDetector bocd =
        SequentialDetectors.BOCD_NORMAL_MEAN.create(Map.of("max_runs", 50.0, "variance", 0.01));
    Random random = new Random(9);
    for (int i = 0; i < 3_000; i++) {
      assertThat(bocd.add(0.1 * random.nextGaussian())).isEqualTo(State.STABLE);
    }
    assertThat(bocd.toBytes()).hasSizeLessThan(50 * 3 * 8 + 200);
    int after = 0;
    while (bocd.add(1 + 0.1 * random.nextGaussian()) != State.DRIFT) {
      after++;
    }
    assertThat(after).isLessThan(5);
  }

  @Test
  void namesAndParametersAreChecked() {
    assertThat(SequentialDetectors.all())
        .extracting(DetectorKind::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z][a-z0-9_]*"));
    for (DetectorKind kind : SequentialDetectors.all()) {
      assertThat(SequentialDetectors.get(kind.name())).isSameAs(kind);
      assertThat(List.of(kind.description(), kind.source()))
          .allSatisfy(text -> assertThat(text).isNotBlank().doesNotContain("|", "\n"));
      assertThat(kind.parameters())
          .allSatisfy(
              parameter -> {
                assertThat(parameter.standard()).isBetween(parameter.least(), parameter.greatest());
                assertThat(parameter.name()).matches("[a-z][a-z0-9_]*");
              });
    }
    assertThatThrownBy(() -> SequentialDetectors.get("adwn"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no detector is called adwn; this release has [adwin, ");
    assertThatThrownBy(() -> SequentialDetectors.DDM.create(Map.of("drfit", 3.0)))
        .hasMessage("ddm has no parameter drfit; it has [min_values, warning, drift]");
    assertThatThrownBy(() -> SequentialDetectors.DDM.create(Map.of("min_values", 2.5)))
        .hasMessageStartingWith("min_values: 2.5; expected a whole number from 1.0");
    assertThatThrownBy(() -> SequentialDetectors.ADWIN.create(Map.of("delta", 1.0)))
        .hasMessageStartingWith("delta: 1.0; expected a number");
    assertThatThrownBy(() -> SequentialDetectors.KSWIN.create(Map.of("window", 40.0)))
        .hasMessage("window: 40; expected at least twice newest, 60");
    assertThatThrownBy(() -> SequentialDetectors.WSTD.create(Map.of("older", 20.0)))
        .hasMessage("min_older: 30; expected at most older, 20");
    assertThatThrownBy(() -> DetectionScore.of(new long[0], new long[0], 0))
        .hasMessage("latest: 0; expected 1 or more");
  }
}

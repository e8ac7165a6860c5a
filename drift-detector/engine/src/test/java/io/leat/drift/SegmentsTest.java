package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.Segments;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Parts of the vectors, each watched by itself. */
class SegmentsTest {
  private static final FeatureService SERVICE = Given.service("amount", "country");
  private static final Segments.Key COUNTRY =
      new Segments.Key(
          "country", "", List.of(new Segments.Input("event.country", ValueType.STRING)));
  private static final Segments.Key SIZE =
      new Segments.Key(
          "size",
          "event.amount > 1.0 ? 'high' : 'low'",
          List.of(new Segments.Input("event.amount", ValueType.DOUBLE)));
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final int PER_DAY = 1440;

  private static Monitor monitor(int cap, Segments.Key... keys) {
    return new Monitor(
        "price",
        "price",
        Given.DAY,
        List.of("event.amount"),
        List.of(),
        new Segments(List.of(keys), cap),
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

  /** A vector a minute: half of them of AT, a third of BE, the others of C0 to C9. */
  private static List<Given.Row> rows(int days, double shiftOfBelgium) {
    Random random = new Random(11);
    List<Given.Row> rows = new ArrayList<>();
    for (int minute = 0; minute < days * PER_DAY; minute++) {
      int of = random.nextInt(60);
      String country = of < 30 ? "AT" : of < 50 ? "BE" : "C" + (of - 50);
      double amount = random.nextGaussian() + (country.equals("BE") ? shiftOfBelgium : 0);
      rows.add(new Given.Row(minute * MINUTE, List.of(amount, country)));
    }
    return rows;
  }

  @Test
  void theMostFrequentSegmentsAreWatchedByThemselvesAndTheOthersTogether() {
    Monitor monitor = monitor(2, COUNTRY);
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows(30, 0));
    DriftDetector detector = new DriftDetector(monitor, ReferenceProfile.parse(profile.toJson()));

    List<DriftMetric> metrics = Given.run(detector, SERVICE, rows(1, 0)).metrics();

    assertThat(detector.streams())
        .extracting(DriftStream::toString)
        .containsExactly(
            "event.amount",
            "event.amount[country=AT]",
            "event.amount[country=BE]",
            "event.amount[country=other]");
    assertThat(metrics)
        .extracting(DriftMetric::getSegment)
        .containsExactly(null, "country=AT", "country=BE", "country=other");
    assertThat(profile.monitors().get(0).segments())
        .allSatisfy(
            segment ->
                assertThat(((NumberReference) segment).distribution().size())
                    .isLessThanOrEqualTo(ReferenceProfileBuilder.SEGMENT_POINTS));
    assertThat(
            profile.monitors().get(0).segments().stream().mapToLong(FeatureReference::count).sum())
        .as("each row is in one")
        .isEqualTo(profile.rows());
  }

  @Test
  void aShiftOfOneSegmentIsFoundThere() {
    Monitor monitor = monitor(20, COUNTRY);
    DriftDetector detector =
        new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows(60, 0)));

    List<DriftAlert> alerts = Given.run(detector, SERVICE, rows(3, 0.3)).alerts();

    assertThat(alerts)
        .filteredOn(alert -> alert.getMessage().startsWith("event.amount[country=BE]"))
        .isNotEmpty()
        .allSatisfy(alert -> assertThat(alert.getSegment()).isEqualTo("country=BE"));
    assertThat(alerts)
        .extracting(DriftAlert::getMessage)
        .anySatisfy(
            message -> assertThat(message).startsWith("event.amount[country=BE] has drifted"))
        .noneSatisfy(message -> assertThat(message).contains("country=AT"));
  }

  @Test
  void aSegmentThatIsTooSmallOrNewIsAmongTheOthers() {
    Monitor monitor = monitor(20, COUNTRY);
    List<Given.Row> reference = new ArrayList<>(rows(30, 0));
    IntStream.range(0, 24 * Calibration.LEAST_WINDOWS - 1)
        .forEach(i -> reference.add(new Given.Row(i * MINUTE, List.of(0.5, "SMALL"))));
    IntStream.range(0, 24 * Calibration.LEAST_WINDOWS)
        .forEach(i -> reference.add(new Given.Row(i * MINUTE, List.of(0.5, "ENOUGH"))));
    DriftDetector detector = new DriftDetector(monitor, Given.profile(monitor, SERVICE, reference));
    List<Given.Row> live =
        List.of(
            new Given.Row(0, List.of(0.5, "SMALL")),
            new Given.Row(1, List.of(0.5, "NEW")),
            new Given.Row(2, Arrays.asList(0.5, null)),
            new Given.Row(3, List.of(0.5, "ENOUGH")));

    List<DriftStream> streams = detector.streams();
    WindowSummary window = Given.summary(detector, SERVICE, live);

    assertThat(streams)
        .contains(DriftStream.of("event.amount", "country=ENOUGH"))
        .doesNotContain(DriftStream.of("event.amount", "country=SMALL"));
    assertThat(streams.stream().map(stream -> window.counts(streams.indexOf(stream)).values()))
        .filteredOn(count -> count > 0)
        .as("all, ENOUGH, other")
        .containsExactly(4L, 1L, 3L);
  }

  @Test
  void anExpressionTellsSegmentsAndKeysCutEachInItsOwnWay() {
    Monitor monitor = monitor(20, COUNTRY, SIZE);
    ReferenceProfile profile = Given.profile(monitor, SERVICE, rows(40, 0));
    DriftDetector detector = new DriftDetector(monitor, profile);

    assertThat(detector.segments()).containsExactly("country", "size");
    assertThat(Given.run(detector, SERVICE, rows(1, 0)).metrics())
        .extracting(DriftMetric::getSegment, metric -> metric.getValue() != null)
        .contains(tuple("size=high", true), tuple("size=low", true), tuple("country=BE", true))
        .doesNotContain(tuple("size=other", true));
    assertThat(new String(profile.toJson(), UTF_8))
        .contains("\"segments\":[\"country: event.country\",\"size: event.amount");
  }

  /** What a monitor of 1,000 columns and 20 segments holds of a window, if every cell counts. */
  @Test
  void theMemoryOfAWindowIsBoundedByItsReference() {
    int columns = 1_000;
    int segments = 20;
    Random random = new Random(1);
    Distribution all = Distribution.of(random.doubles(20_000).toArray());
    Distribution some =
        Distribution.of(random.doubles(20_000).toArray(), ReferenceProfileBuilder.SEGMENT_POINTS);
    List<FeatureReference> references = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      String name = "f" + column;
      references.add(NumberReference.of(DriftStream.of(name), all, Map.of()));
      for (int segment = 0; segment <= segments; segment++) {
        references.add(NumberReference.of(DriftStream.of(name, "s=" + segment), some, Map.of()));
      }
    }
    WindowLayout layout = new WindowLayout(references, List.of());
    WindowSummary full = new WindowSummary(layout);
    for (int stream = 0; stream < references.size(); stream++) {
      FeatureCounts counts = full.counts(stream);
      for (int cell = 0; cell < references.get(stream).cells(); cell++) {
        counts.add(cell, 1_000);
      }
    }

    long memory = layout.bytes();
    int state = full.toBytes().length;

    System.out.printf(
        "%,d columns x %d segments and others: %,d streams, at most %.1f MB in memory and %.1f MB in state a window; empty %,d bytes%n",
        columns,
        segments,
        references.size(),
        memory / 1e6,
        state / 1e6,
        new WindowSummary(layout).toBytes().length);
    assertThat(memory).isLessThan(64_000_000);
    assertThat(state).isLessThan(32_000_000);
    assertThat(new WindowSummary(layout).toBytes().length).isLessThan(3 * references.size());
  }

  /** However many values a key of segments has, and however long a monitor runs. */
  @Test
  void whatAMonitorKeepsOfAThousandColumnsAndTwentySegmentsIsBounded() {
    int columns = 1_000;
    int cap = 20;
    int hours = 24;
    int ofSegment = 21;
    String[] names = new String[columns + 1];
    for (int column = 0; column < columns; column++) {
      names[column] = "f" + column;
    }
    names[columns] = "country";
    FeatureService service = Given.service(names);
    Monitor monitor =
        new Monitor(
            "price",
            "price",
            MonitorWindows.sliding(Given.DAY, Duration.ofHours(6)),
            service.featureNames().subList(0, columns),
            List.of(),
            new Segments(List.of(COUNTRY), cap),
            null,
            List.of("ks"),
            Duration.ZERO,
            1,
            0.5,
            2,
            3,
            3,
            Monitor.Rule.SEQUENTIAL,
            DataQuality.NONE);
    Random random = new Random(2);
    List<Given.Row> rows = new ArrayList<>();
    for (int hour = 0; hour < hours * ofSegment; hour++) {
      for (int segment = 0; segment < cap + 3; segment++) {
        rows.add(row(random, 60L * hour * MINUTE, columns, "C" + segment));
      }
    }
    DriftDetector detector =
        new DriftDetector(
            monitor, ReferenceProfile.parse(Given.profile(monitor, service, rows).toJson()));
    assertThat(detector.streams()).as("all, the cap, and others").hasSize(columns * (1 + cap + 1));

    List<Integer> panes = new ArrayList<>();
    List<Long> entries = new ArrayList<>();
    DetectorState state = new DetectorState();
    for (int day = 0; day < 3; day++) {
      WindowSummary window = detector.newWindow();
      for (int pane = 0; pane < monitor.windows().panes(); pane++) {
        List<Given.Row> live = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          live.add(row(random, 0, columns, "country " + random.nextInt()));
        }
        WindowSummary summary = Given.summary(detector, service, live);
        panes.add(summary.toBytes().length);
        window.merge(summary);
      }
      detector.evaluate(day * Given.DAY.toMillis(), window, state);
      entries.add(state.entries().values().stream().mapToLong(bytes -> bytes.length).sum());
    }

    long most = detector.bytesOfWindow();
    System.out.printf(
        "%,d streams: panes of %,d bytes at most of %,d; state beside them %,d, %,d and %,d bytes after windows 1, 2 and 3%n",
        detector.streams().size(),
        panes.stream().mapToInt(Integer::intValue).max().orElseThrow(),
        most,
        entries.get(0),
        entries.get(1),
        entries.get(2));
    assertThat(panes).allSatisfy(bytes -> assertThat((long) bytes).isLessThan(most));
    assertThat(entries.get(2) - entries.get(1))
        .as("a window more is a window's number and its statistic, of each stream")
        .isLessThanOrEqualTo(detector.streams().size() * 6L);
  }

  private static Given.Row row(Random random, long time, int columns, String country) {
    List<Object> values = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      values.add(random.nextGaussian());
    }
    values.add(country);
    return new Given.Row(time, values);
  }
}

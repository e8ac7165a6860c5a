package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.drift.statistic.ColumnKind;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.schemas.NullReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns of categories: what of them is kept, what is drift, what is not. */
class CategoryColumnsTest {
  private static final FeatureService SERVICE = Given.service("country");
  private static final Monitor MONITOR = Given.monitor(Given.DAY, 0.5);
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final int REFERENCE_WEEKS = 26;
  private static final int LIVE_WEEKS = 52;
  private static final int PER_HOUR = 20;

  @Test
  void theMostFrequentAreKeptAndOfEquallyFrequentOnesTheFirstByName() {
    Categories kept = Categories.of(Map.of("d", 2L, "c", 2L, "b", 5L, "a", 1L), 2);

    assertThat(kept.names()).containsExactly("b", "c");
    assertThat(kept.counts()).containsExactly(5L, 2L);
    assertThat(kept.other()).isEqualTo(3);
    assertThat(kept.count()).isEqualTo(10);
    assertThat(kept.cell("c")).isEqualTo(1);
    assertThat(kept.cell("d")).as("one of the others").isEqualTo(2);
    assertThat(kept.cell("new")).isEqualTo(3);
    assertThat(kept.bucket(2)).as("they count alike").isEqualTo(kept.bucket(3));
  }

  @Test
  void whereTooManyAreNotKeptNoneIsNew() {
    Map<String, Long> counts = new HashMap<>();
    IntStream.range(0, Categories.OTHERS_KEPT + 2).forEach(i -> counts.put("c" + i, 1L));

    Categories kept = Categories.of(counts, 1);

    assertThat(kept.tellsNew()).isFalse();
    assertThat(kept.cell("new")).isEqualTo(1);
  }

  @Test
  void whatIsKeptIsReadAsItWasWritten() {
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, zipf(new Random(1), 500, 30));
    String text = new String(profile.toJson(), UTF_8);

    ReferenceProfile read = ReferenceProfile.parse(text.getBytes(UTF_8));

    assertThat(new String(read.toJson(), UTF_8)).isEqualTo(text);
    assertThat(read.formatVersion()).isEqualTo(3);
    FeatureReference country = read.feature("event.country").orElseThrow();
    assertThat(country.kind()).isEqualTo(ColumnKind.CATEGORIES);
    assertThat(((CategoryReference) country).categories().names())
        .hasSize(Categories.KEPT)
        .startsWith("c1", "c2", "c3");
    assertThat(country.count()).isEqualTo(30 * 24 * PER_HOUR);
  }

  /** 500 categories of which the i-th has a share that is proportional to 1/i. */
  @ParameterizedTest(name = "{0} categories")
  @CsvSource({"5", "60", "500"})
  void manyRareCategoriesAreNoDriftByNature(int categories) {
    long alarms = 0;
    int streams = 5;
    for (int seed = 1; seed <= streams; seed++) {
      List<Given.Row> rows = zipf(new Random(seed), categories, (REFERENCE_WEEKS + LIVE_WEEKS) * 7);
      int cut = REFERENCE_WEEKS * 7 * 24 * PER_HOUR;
      DriftDetector detector =
          new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows.subList(0, cut)));
      alarms +=
          Given.run(detector, SERVICE, rows.subList(cut, rows.size())).alerts().stream()
              .filter(alert -> alert.getState() == AlertState.OPEN)
              .count();
    }
    double rate = alarms / (double) (streams * LIVE_WEEKS);

    System.out.printf(
        "seeds 1..%d, Zipf over %d categories: %.3f false alarms a week, budget 0.50%n",
        streams, categories, rate);
    assertThat(rate).isLessThanOrEqualTo(MONITOR.falseAlarmsPerWeek());
  }

  @Test
  void aNewCategoryIsFoundWithinDays() {
    List<Given.Row> rows = zipf(new Random(3), 60, 200);
    int cut = 180 * 24 * PER_HOUR;
    DriftDetector detector =
        new DriftDetector(MONITOR, Given.profile(MONITOR, SERVICE, rows.subList(0, cut)));
    List<Given.Row> changed = new ArrayList<>(rows.subList(cut, cut + 4 * 24 * PER_HOUR));
    Random random = new Random(4);
    changed.replaceAll(
        row -> random.nextInt(10) == 0 ? new Given.Row(row.time(), List.of("new")) : row);

    assertThat(Given.run(detector, SERVICE, changed).alerts())
        .extracting(DriftAlert::getFeature, DriftAlert::getMetric, DriftAlert::getState)
        .containsExactly(tuple("event.country", "js_base2", AlertState.OPEN));
  }

  @Test
  void nullsOfCategoriesHaveReasonsAndABucket() {
    List<Given.Row> rows = new ArrayList<>(zipf(new Random(5), 5, 60));
    for (int i = 0; i < rows.size(); i += 10) {
      rows.set(i, new Given.Row(rows.get(i).time(), List.of(NullReason.NO_EVENT)));
    }
    ReferenceProfile profile = Given.profile(MONITOR, SERVICE, rows);
    FeatureReference country = profile.feature("event.country").orElseThrow();
    DriftDetector detector = new DriftDetector(MONITOR, profile);

    List<DriftMetric> same = Given.run(detector, SERVICE, rows.subList(0, 24 * PER_HOUR)).metrics();
    List<Given.Row> absent = new ArrayList<>(rows.subList(0, 3 * 24 * PER_HOUR));
    absent.replaceAll(row -> new Given.Row(row.time(), List.of(NullReason.NO_EVENT)));

    assertThat(country.nullsByReason()).containsOnly(entry("no_event", 60L * 24 * PER_HOUR / 10));
    assertThat(same).hasSize(1);
    assertThat(same.get(0).getNulls()).isEqualTo(24 * PER_HOUR / 10);
    assertThat(same.get(0).getValue()).isLessThan(0.1);
    assertThat(Given.run(detector, SERVICE, absent).alerts()).hasSize(1);
  }

  @Test
  void aColumnOfNumbersAndTextsIsWatchedByNoMonitor() {
    Monitor named =
        new Monitor(
            "named",
            "price",
            Given.DAY,
            List.of("event.country"),
            List.of("ks"),
            Duration.ZERO,
            24,
            0.5,
            2,
            3,
            3,
            Monitor.Rule.THRESHOLDS);
    List<Given.Row> rows =
        List.of(new Given.Row(0, List.of("AT")), new Given.Row(1, Arrays.asList(1.0)));

    assertThat(Given.profile(MONITOR, SERVICE, rows).features()).isEmpty();
    assertThatThrownBy(() -> Given.profile(named, SERVICE, rows))
        .isInstanceOf(ReferenceProfileException.class)
        .hasMessage(
            "Monitor named watches event.country, which is a number in some rows and a text in others in the training data; expected one of [].");
  }

  @Test
  void textsThatNearlyAllDifferAreNoCategories() {
    List<Given.Row> rows =
        IntStream.range(0, ReferenceColumn.MOST_CATEGORIES + 2)
            .mapToObj(i -> new Given.Row(i, List.of("id" + i)))
            .toList();

    assertThat(Given.profile(MONITOR, SERVICE, rows).features()).isEmpty();
  }

  /** Hours of so many draws each. */
  private static List<Given.Row> zipf(Random random, int categories, int days) {
    double[] upTo = new double[categories];
    double sum = 0;
    for (int i = 0; i < categories; i++) {
      sum += 1.0 / (i + 1);
      upTo[i] = sum;
    }
    List<Given.Row> rows = new ArrayList<>();
    for (int draw = 0; draw < days * 24 * PER_HOUR; draw++) {
      int found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
      rows.add(
          new Given.Row(
              draw / PER_HOUR * HOUR, List.of("c" + ((found < 0 ? -found - 1 : found) + 1))));
    }
    return rows;
  }
}

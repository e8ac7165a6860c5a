package io.leat.performance;

import static io.leat.performance.Shop.BY_ID;
import static io.leat.performance.Shop.WITHIN;
import static io.leat.performance.Shop.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.leat.drift.statistic.Statistics;
import io.leat.models.registry.KnownWorth;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.Segments;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.PerformanceMetric;
import io.leat.records.Severity;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Given these scores and labels, these figures and these alerts come out. */
class WindowTest {
  private static final int DAY = 24;

  /** A window's hours until it is measured: its labels', and as much as they may be late. */
  private static final int WAIT = WITHIN + (int) PerformanceJob.LATENESS.toHours();

  private Shop shop = new Shop(BY_ID, List.of(monitor()));
  private final Random random = new Random(5);

  @AfterEach
  void close() {
    shop.close();
  }

  private static Monitor monitor() {
    return monitor("watch");
  }

  private static Monitor monitor(String name) {
    return monitor(name, new PerformanceRule(PerformanceRule.Metric.AUC, 0.1, 0.05));
  }

  private static Monitor monitor(String name, PerformanceRule rule) {
    return new Monitor(
        name,
        Shop.MODEL,
        Duration.ofHours(DAY),
        List.of(),
        List.of(),
        new Segments(
            List.of(
                new Segments.Key(
                    "name",
                    "event.order_id.size() > 17 ? 'long' : 'short'",
                    List.of(new Segments.Input("event.order_id", ValueType.STRING)))),
            2),
        rule,
        Statistics.defaults(),
        Duration.ofHours(1),
        10,
        0.5,
        2,
        3,
        2,
        Monitor.Rule.SEQUENTIAL);
  }

  /**
   * A day of payments, each with its label an hour later.
   *
   * @param skill 1: the label is what the score says; 0: it has nothing to do with it
   */
  private void day(Shop to, int day, int number, String role, int payments, double skill) {
    for (int i = 0; i < payments; i++) {
      String id = "d%d-%s-%d-%d".formatted(day, role, number, i);
      double hour = DAY * day + i * (double) (DAY - 2) / payments;
      double score = random.nextDouble();
      boolean fraud = random.nextDouble() < (random.nextDouble() < skill ? score : 0.5);
      to.vector(id, hour)
          .score(id, hour, role, number, score)
          .label(1_000L * day + i, id, hour + 1, fraud);
    }
  }

  @Test
  void aWindowIsMeasuredOnceNothingOfItCanChange() {
    shop.scored("a", 1, 0.9).label(1, "a", 2, true);
    shop.scored("b", 2, 0.2).label(2, "b", 3, false);
    shop.scored("c", 3, 0.6).label(3, "c", 4, false);
    shop.scored("d", 4, 0.6);
    shop.until(DAY + WAIT);
    assertThat(measured()).isEmpty();

    shop.until(DAY + WAIT + 1);

    List<PerformanceMetric> measured = shop.metrics().stream().toList();
    assertThat(measured)
        .filteredOn(PerformanceMetric::getComplete)
        .extracting(PerformanceMetric::getMetric)
        .containsExactly(
            "auc", "logloss", "brier", "ece_equal_count_10", "precision", "recall", "f1", "risk");
    assertThat(measured)
        .filteredOn(metric -> metric.getMetric().equals("brier") && metric.getComplete())
        .singleElement()
        .satisfies(
            metric -> {
              assertThat(metric.getMonitor()).isEqualTo("watch");
              assertThat(metric.getModelNumber()).isEqualTo(1);
              assertThat(metric.getRole()).isEqualTo("CHAMPION");
              assertThat(metric.getWindowStart()).isEqualTo(at(0));
              assertThat(metric.getWindowEnd()).isEqualTo(at(DAY));
              assertThat(metric.getScored()).isEqualTo(4);
              assertThat(metric.getLabelled()).isEqualTo(3);
              assertThat(metric.getMissing()).isEqualTo(1);
              assertThat(metric.getUsed()).isEqualTo(3);
              assertThat(metric.getValue()).isEqualTo((0.01 + 0.04 + 0.36) / 3, within(1e-12));
              assertThat(metric.getLow()).isLessThan(metric.getValue());
            });
  }

  private List<PerformanceMetric> measured() {
    return shop.metrics().stream()
        .filter(PerformanceMetric::getComplete)
        .filter(metric -> metric.getSegment() == null)
        .toList();
  }

  @Test
  void aWindowIsEstimatedBeforeItsLabelsAreThere() {
    shop.scored("a", 1, 0.8).scored("b", 2, 0.2).until(2 * DAY + 1);
    assertThat(shop.metrics())
        .extracting(
            PerformanceMetric::getMetric,
            PerformanceMetric::getValue,
            PerformanceMetric::getEstimated,
            PerformanceMetric::getScored,
            PerformanceMetric::getLabelled)
        .contains(tuple("auc", 0.8, true, 2L, 0L));
  }

  @Test
  void aCorrectionCountsInItsWindowOnce() {
    shop.scored("a", 1, 0.9).label(1, "a", 2, true).label(2, "a", 3, false).until(DAY + WAIT + 1);
    assertThat(measured())
        .filteredOn(metric -> metric.getMetric().equals("brier"))
        .extracting(PerformanceMetric::getValue, PerformanceMetric::getScored)
        .containsExactly(tuple(0.81, 1L));
  }

  @Test
  void championAndShadowStandSideBySide() {
    day(shop, 0, 1, "CHAMPION", 40, 1);
    day(shop, 0, 2, "SHADOW", 40, 1);
    shop.until(DAY + WAIT + 1);
    assertThat(measured())
        .filteredOn(metric -> metric.getMetric().equals("auc"))
        .extracting(
            PerformanceMetric::getModelNumber,
            PerformanceMetric::getRole,
            PerformanceMetric::getUsed)
        .containsExactly(tuple(1, "CHAMPION", 40L), tuple(2, "SHADOW", 40L));
  }

  @Test
  void segmentsAreMeasuredByThemselvesToo() {
    day(shop, 0, 1, "CHAMPION", 40, 1);
    shop.until(DAY + WAIT + 1);
    assertThat(shop.metrics())
        .filteredOn(metric -> metric.getMetric().equals("brier") && metric.getComplete())
        .extracting(
            PerformanceMetric::getSegment, PerformanceMetric::getScored, PerformanceMetric::getUsed)
        .containsExactly(
            tuple(null, 40L, 40L), tuple("name=long", 30L, 30L), tuple("name=short", 10L, 10L));
  }

  @Test
  void anAlertOpensWhereTheChampionIsWorseThanItWasAndClosesAgain() {
    for (int day = 0; day < 14; day++) {
      day(shop, day, 1, "CHAMPION", 200, day >= 4 && day < 8 ? 0 : 1);
    }
    shop.until(14 * DAY + WAIT + 1);
    List<DriftAlert> alerts =
        shop.alerts().stream().filter(alert -> alert.getMetric().equals("auc")).toList();
    assertThat(alerts)
        .extracting(DriftAlert::getState, DriftAlert::getKind, DriftAlert::getWindowStart)
        .containsExactly(
            tuple(AlertState.OPEN, "performance", at(5 * DAY)),
            tuple(AlertState.CLOSED, "performance", at(9 * DAY)));
    assertThat(alerts.get(0).getAlertId()).isEqualTo(alerts.get(1).getAlertId());
    assertThat(alerts.get(0).getFeature()).isEqualTo("*");
    assertThat(alerts.get(0).getMessage()).startsWith("auc of model fraud, version v1, is 0.");
  }

  @Test
  void anAlertThatBecomesCriticalSaysSoOnce() {
    for (int day = 0; day < 12; day++) {
      day(shop, day, 1, "CHAMPION", 1_000, day < 3 ? 1 : day < 6 ? 0.55 : 0);
    }
    shop.until(12 * DAY + WAIT + 1);
    assertThat(drops())
        .extracting(DriftAlert::getState, DriftAlert::getSeverity, DriftAlert::getUpdates)
        .containsExactly(
            tuple(AlertState.OPEN, Severity.WARN, 0), tuple(AlertState.OPEN, Severity.CRITICAL, 1));
    assertThat(shop.alerts()).isEmpty();
  }

  private List<DriftAlert> drops() {
    return shop.alerts().stream().filter(alert -> alert.getMetric().equals("auc")).toList();
  }

  /** What was known of version 1 when it was published. */
  private void published(double auc, double half, double trainedUntil) {
    shop.published.put(
        1,
        new KnownWorth(
            Optional.of(at(trainedUntil)),
            Map.of("auc", new KnownWorth.Figure(auc, auc - half, auc + half))));
  }

  @Test
  void whatIsLearntFromSetsNoReferenceAndOpensNothing() {
    shop.published.put(1, new KnownWorth(Optional.of(at(4 * DAY)), Map.of()));
    for (int day = 0; day < 12; day++) {
      day(shop, day, 1, "CHAMPION", 400, day < 4 ? 1 : 0.3);
    }
    shop.until(12 * DAY + WAIT + 1);
    List<PerformanceMetric> measured = measured();
    assertThat(measured).filteredOn(metric -> metric.getMetric().equals("auc")).hasSize(12);
    assertThat(measured).filteredOn(metric -> metric.getMetric().equals("risk")).hasSize(8);
    assertThat(shop.alerts()).isEmpty();
  }

  @Test
  void aVersionThatIsBadFromItsFirstEventIsHeldAgainstWhatItWasPublishedWith() {
    published(0.83, 0.02, 0);
    for (int day = 0; day < 4; day++) {
      day(shop, day, 1, "CHAMPION", 400, 0);
    }
    shop.until(4 * DAY + WAIT + 1);
    assertThat(drops())
        .first()
        .satisfies(
            alert -> {
              assertThat(alert.getWindowStart()).isEqualTo(at(DAY));
              assertThat(alert.getThreshold()).isEqualTo(0.73, within(1e-12));
              assertThat(alert.getMessage()).contains("it was 0.8300 when it was published");
            });
  }

  @Test
  void anUncertainReferenceOpensNothingThatItsIntervalExplains() {
    published(0.95, 0.2, 0);
    for (int day = 0; day < 8; day++) {
      day(shop, day, 1, "CHAMPION", 400, 0.7);
    }
    shop.until(8 * DAY + WAIT + 1);
    assertThat(measured())
        .filteredOn(metric -> metric.getMetric().equals("auc"))
        .allSatisfy(metric -> assertThat(metric.getHigh()).isLessThan(0.85));
    assertThat(drops()).isEmpty();
  }

  @Test
  void aRiskAboveItsReferenceOpensAnAlertThatAnotherChampionCloses() {
    for (int day = 0; day < 16; day++) {
      day(shop, day, 1, "CHAMPION", 200, day < 6 ? 1 : 0);
    }
    for (int day = 16; day < 18; day++) {
      day(shop, day, 2, "CHAMPION", 200, 1);
    }
    shop.until(18 * DAY + WAIT + 1);
    assertThat(shop.alerts())
        .filteredOn(alert -> alert.getMetric().equals("brier_risk"))
        .extracting(DriftAlert::getState, DriftAlert::getReference)
        .containsExactly(
            tuple(AlertState.OPEN, "version v1"), tuple(AlertState.CLOSED, "version v1"));
  }

  @Test
  void aMonitorThatIsTakenOutClosesWhatItHadOpenedOnce() {
    for (int day = 0; day < 12; day++) {
      day(shop, day, 1, "CHAMPION", 200, day < 4 ? 1 : 0);
    }
    List<DriftAlert> opened = shop.alerts();
    assertThat(opened).extracting(DriftAlert::getState).contains(AlertState.OPEN);
    assertThat(opened).extracting(DriftAlert::getState).doesNotContain(AlertState.CLOSED);

    try (Shop renamed = new Shop(BY_ID, List.of(monitor("other")))) {
      shop.giveWindowsTo(renamed);
      renamed.until(12 * DAY + WAIT);

      List<DriftAlert> closed = renamed.alerts();
      assertThat(closed).extracting(DriftAlert::getState).containsOnly(AlertState.CLOSED);
      assertThat(closed)
          .extracting(DriftAlert::getAlertId)
          .doesNotHaveDuplicates()
          .hasSameElementsAs(opened.stream().map(DriftAlert::getAlertId).toList());
      assertThat(closed)
          .allSatisfy(
              alert -> {
                assertThat(alert.getMonitor()).isEqualTo("watch");
                assertThat(alert.getWindowEnd()).isEqualTo(at(12 * DAY + WAIT));
                assertThat(alert.getMessage()).startsWith("monitor watch does not look at");
              });
      renamed.until(20 * DAY + WAIT);
      assertThat(renamed.alerts()).isEmpty();
    }
  }

  @Test
  void whatWasPublishedWithoutAnIntervalIsNoReference() {
    shop.published.put(
        1,
        new KnownWorth(
            Optional.empty(), Map.of("auc", new KnownWorth.Figure(0.99, Double.NaN, Double.NaN))));
    for (int day = 0; day < 8; day++) {
      day(shop, day, 1, "CHAMPION", 400, 0.7);
    }
    shop.until(8 * DAY + WAIT + 1);
    assertThat(measured())
        .filteredOn(metric -> metric.getMetric().equals("auc"))
        .hasSize(8)
        .allSatisfy(metric -> assertThat(metric.getHigh()).isLessThan(0.88));
    assertThat(drops()).isEmpty();
  }

  /** A model that says twice what it should: its labels, once there, tell. */
  private void overstated(Shop to, int day, int payments) {
    for (int i = 0; i < payments; i++) {
      String id = "d%d-%d".formatted(day, i);
      double hour = DAY * day + i * (double) (DAY - 2) / payments;
      double score = random.nextDouble();
      to.vector(id, hour)
          .score(id, hour, "CHAMPION", 1, score)
          .label(10_000L * day + i, id, hour + 1, random.nextDouble() < score / 2);
    }
  }

  @Test
  void estimatesGoByTheVersionsOwnLabelsOnceThereAreEnough() {
    for (int day = 0; day < 8; day++) {
      overstated(shop, day, 400);
    }
    shop.until(8 * DAY + WAIT + 1);
    List<PerformanceMetric> precisions =
        shop.metrics().stream()
            .filter(metric -> metric.getMetric().equals("precision"))
            .filter(metric -> metric.getSegment() == null)
            .toList();
    List<PerformanceMetric> first =
        precisions.stream().filter(metric -> metric.getWindowStart().equals(at(0))).toList();
    assertThat(first)
        .extracting(PerformanceMetric::getEstimator, PerformanceMetric::getEstimated)
        .containsExactly(tuple("cbpe", true), tuple(null, false));
    assertThat(first.get(0).getValue()).isEqualTo(0.75, within(0.03));
    List<PerformanceMetric> last =
        precisions.stream().filter(metric -> metric.getWindowStart().equals(at(7 * DAY))).toList();
    assertThat(last)
        .extracting(PerformanceMetric::getEstimator)
        .containsExactly("cbpe", "pape", null);
    assertThat(last)
        .allSatisfy(metric -> assertThat(metric.getValue()).isEqualTo(0.375, within(0.08)));
  }

  @Test
  void whatEstimatesGoByIsOfTheServicesOwnDefinition() {
    for (int day = 0; day < 2; day++) {
      overstated(shop, day, 400);
    }
    try (Shop next = new Shop(BY_ID, List.of(monitor()), List.of("order_id", "payment_id"))) {
      shop.giveWindowsTo(next);
      for (int day = 2; day < 12; day++) {
        overstated(next, day, 400);
      }
      next.until(12 * DAY + WAIT + 1);

      List<PerformanceMetric> metrics = next.metrics();
      assertThat(metrics)
          .filteredOn(metric -> metric.getMetric().equals("brier") && metric.getComplete())
          .filteredOn(metric -> metric.getSegment() == null)
          .hasSize(12);
      // Day 0 and 1 are measured by then, with rows enough, and none of two features.
      assertThat(metrics)
          .filteredOn(metric -> "pape".equals(metric.getEstimator()))
          .extracting(PerformanceMetric::getWindowStart)
          .contains(at(11 * DAY))
          .doesNotContain(at(4 * DAY));
    }
  }

  @Test
  void aScoreInAnothersPlaceIsMeasuredAndSaysNothingOfTheVersion() {
    for (int day = 0; day < 8; day++) {
      for (int i = 0; i < 200; i++) {
        String id = "d%d-%d".formatted(day, i);
        double hour = DAY * day + i * 0.1;
        shop.vector(id, hour)
            .score(id, hour, "CHAMPION", 1, 0.25, "PREDICTION_FAILED")
            .label(1_000L * day + i, id, hour + 1, i % 4 == 0);
      }
      shop.scored("own" + day, DAY * day + 21, 0.75);
    }
    shop.until(8 * DAY + WAIT + 1);

    List<PerformanceMetric> briers =
        shop.metrics().stream()
            .filter(metric -> metric.getMetric().equals("brier"))
            .filter(metric -> metric.getSegment() == null)
            .filter(metric -> metric.getWindowEnd().compareTo(at(8 * DAY)) <= 0)
            .toList();
    assertThat(briers)
        .filteredOn(PerformanceMetric::getComplete)
        .hasSize(8)
        .allSatisfy(metric -> assertThat(metric.getUsed()).isEqualTo(200));
    assertThat(briers)
        .filteredOn(PerformanceMetric::getEstimated)
        .hasSize(8) // of the reference there is nothing
        .allSatisfy(
            metric -> {
              assertThat(metric.getEstimator()).isEqualTo("cbpe");
              assertThat(metric.getScored()).isEqualTo(201);
              assertThat(metric.getUsed()).isEqualTo(1);
              assertThat(metric.getValue()).isEqualTo(0.75 * 0.25, within(1e-12));
            });
  }

  @Test
  void whereADecisionWasKeptWithoutItsNameThereIsNoCost() {
    PerformanceRule rule =
        new PerformanceRule(
            PerformanceRule.Metric.AUC,
            0.1,
            0.05,
            List.of(),
            List.of(new PerformanceRule.Cost("block", false, 5)));
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      pairs.add(new Pair(0.7, Pair.Known.LABELLED, i % 2, "block", "c" + i, Map.of(), true));
    }
    assertThat(WindowSample.sample(pairs, rule).figures(true)).containsKey("cost");
    pairs.add(new Pair(0.7, Pair.Known.LABELLED, 0, "", "c", Map.of(), true));
    assertThat(WindowSample.sample(pairs, rule).figures(true)).doesNotContainKey("cost");
  }

  @Test
  void gapsBetweenProtectedSegmentsAndCostsAreMeasured() {
    PerformanceRule rule =
        new PerformanceRule(
            PerformanceRule.Metric.AUC,
            0.1,
            0.05,
            List.of("name"),
            List.of(
                new PerformanceRule.Cost("block", false, 5),
                new PerformanceRule.Cost("none", true, 100)));
    try (Shop given = new Shop(BY_ID, List.of(monitor("watch", rule)))) {
      day(given, 0, 1, "SHADOW", 1_600, 1); // of ids of three digits, and of four
      given.until(DAY + WAIT + 1);
      List<PerformanceMetric> measured =
          given.metrics().stream().filter(PerformanceMetric::getComplete).toList();
      List<PerformanceMetric> gaps =
          measured.stream().filter(metric -> "name".equals(metric.getSegment())).toList();
      assertThat(gaps)
          .extracting(PerformanceMetric::getMetric, PerformanceMetric::getUsed)
          .containsExactly(
              tuple("selection_rate_gap", 1_600L),
              tuple("selection_rate_ratio", 1_600L),
              tuple("tpr_gap", 1_600L),
              tuple("equalized_odds_gap", 1_600L));
      assertThat(gaps)
          .allSatisfy(
              metric -> assertThat(metric.getValue()).isBetween(metric.getLow(), metric.getHigh()));
      assertThat(gaps.get(0).getLow()).isLessThan(0.01); // decided on alike
      assertThat(gaps.get(1).getHigh()).isGreaterThan(0.95);
      PerformanceMetric cost =
          measured.stream()
              .filter(metric -> metric.getMetric().equals("cost") && metric.getSegment() == null)
              .findFirst()
              .orElseThrow();
      // Of calibrated scores an eighth are blocked for nothing, and an eighth are missed.
      assertThat(cost.getValue()).isEqualTo(105 / 8.0, within(3.0));
      assertThat(cost.getLow()).isLessThan(cost.getValue());
      assertThat(measured)
          .extracting(PerformanceMetric::getMetric, PerformanceMetric::getSegment)
          .contains(tuple("cost", "name=long"), tuple("cost", "name=short"));
    }
  }

  /** A customer's payments are alike: version 1 is no worse, and few customers say little. */
  @Test
  void aWindowOfFewCustomersOpensNothingByChance() {
    for (int day = 0; day < 20; day++) {
      for (int customer = 0; customer < 8; customer++) {
        boolean fraud = customer < 2;
        double level = random.nextDouble();
        for (int i = 0; i < 25; i++) {
          String id = "d%d-%d-%d".formatted(day, customer, i);
          double hour = DAY * day + (customer * 25 + i) * 0.1;
          double score =
              Math.min(
                  1, Math.max(0, 0.8 * level + (fraud ? 0.2 : 0) + 0.02 * random.nextGaussian()));
          shop.vector(id, hour, "c%d-%d".formatted(day, customer))
              .score(id, hour, "CHAMPION", 1, score)
              .label(10_000L * day + 100L * customer + i, id, hour + 1, fraud);
        }
      }
    }
    shop.until(20 * DAY + WAIT + 1);
    assertThat(measured()).filteredOn(metric -> metric.getMetric().equals("auc")).hasSize(20);
    assertThat(drops()).isEmpty();
  }

  @Test
  void aVersionThatStaysAsItWasOpensNone() {
    for (int day = 0; day < 14; day++) {
      day(shop, day, 1, "CHAMPION", 200, 1);
    }
    shop.until(14 * DAY + WAIT + 1);
    assertThat(shop.alerts()).isEmpty();
    assertThat(measured())
        .filteredOn(metric -> metric.getMetric().equals("risk"))
        .hasSize(14)
        .allSatisfy(
            metric -> assertThat(metric.getValue()).isBetween(metric.getLow(), metric.getHigh()));
  }

  @Test
  void aReplayGivesTheSameBytes() {
    List<byte[]> first = new ArrayList<>();
    List<byte[]> second = new ArrayList<>();
    for (List<byte[]> written : List.of(first, second)) {
      try (Shop given = new Shop(BY_ID, List.of(monitor()))) {
        random.setSeed(7);
        for (int day = 0; day < 6; day++) {
          day(given, day, 1, "CHAMPION", 60, day < 3 ? 1 : 0);
        }
        given.until(6 * DAY + WAIT + 1);
        written.addAll(given.rawMetrics());
        written.addAll(given.rawAlerts());
      }
    }
    assertThat(first).hasSizeGreaterThan(50);
    assertThat(second).containsExactlyElementsOf(first);
  }

  @Test
  void aWindowOfMoreThanIsKeptIsMeasuredByThoseOfTheLeastHash() {
    WindowSample sample = new WindowSample(3);
    for (int i = 0; i < 10; i++) {
      sample.add(
          (i * 7) % 10,
          new Pair(i / 10.0, Pair.Known.LABELLED, 1, "block", "c" + i, java.util.Map.of(), true));
    }
    assertThat(sample.counts("").scored()).isEqualTo(10);
    assertThat(sample.pairs("", Pair::isMeasured))
        .extracting(Pair::score)
        .containsExactly(0.0, 0.3, 0.6);
  }
}

package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Gates.Gate;
import io.leat.pipeline.definition.Gates.Metric;
import io.leat.pipeline.definition.Gates.Rule;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.RunMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy's gates, as a run takes them. */
class GateCheckTest {
  private static final Gates AUC = gates(new Gate(Metric.AUC, Rule.NOT_WORSE_BY, 0.005));

  @ParameterizedTest
  @CsvSource({"2, 0, PASS", "0, 2, FAIL", "1, 1, INCONCLUSIVE"})
  void aChallengerIsHeldAgainstTheChampion(
      double challenger, double champion, GateVerdict verdict) {
    GateCheck check = GateCheck.of(AUC, rows(600, challenger, champion), true, 7);

    assertThat(check.verdict()).isEqualTo(verdict);
    GateResult result = check.results().get(0);
    assertThat(result.getVerdict()).isEqualTo(verdict);
    assertThat(result.getRows()).isEqualTo(600);
    assertThat(result.getLimit()).isEqualTo(0.005);
  }

  @Test
  void noRowsTellNothing() {
    assertThat(GateCheck.of(AUC, rows(0, 1, 1), true, 7).verdict())
        .isEqualTo(GateVerdict.INCONCLUSIVE);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void everyMetricOfTheDefinitionLanguageIsJudged(Metric metric) {
    double limit = metric == Metric.AUC ? 0.1 : 1_000;

    Gates gates =
        new Gates(
            List.of(new Gate(metric, Rule.LIMIT, limit)), List.of(), List.of("event.country"));
    GateCheck check = GateCheck.of(gates, decided(rows(600, 2, 0)), true, 7);

    assertThat(check.verdict()).isEqualTo(GateVerdict.PASS);
  }

  private static Comparison decided(Comparison rows) {
    return rows.with(1_000, Optional.of(score -> score >= 0.5));
  }

  @Test
  void aGapIsHeldAgainstTheChampionsOfTheSameGroups() {
    Comparison alike = rows(4_000, 1, 1);
    double[] unfair = alike.challenger().clone();
    for (int row = 0; row < unfair.length; row += 2) {
      unfair[row] /= 3; // one country is hardly ever decided on
    }
    Gates gates =
        new Gates(
            List.of(
                new Gate(Metric.SELECTION_RATE_GAP, Rule.NOT_WORSE_BY, 0.1),
                new Gate(Metric.TPR_GAP, Rule.NOT_WORSE_BY, 0.1),
                new Gate(Metric.EQUALIZED_ODDS_GAP, Rule.NOT_WORSE_BY, 0.1)),
            List.of(),
            List.of("event.country"));
    Comparison other =
        new Comparison(
            alike.labels(), alike.entities(), alike.segments(), unfair, alike.champion(), 1);

    assertThat(GateCheck.of(gates, decided(alike), true, 7).verdict()).isEqualTo(GateVerdict.PASS);
    GateCheck check = GateCheck.of(gates, decided(other), true, 7);
    assertThat(check.results())
        .extracting(GateResult::getGate, GateResult::getVerdict)
        .containsExactly(
            tuple("selection_rate_gap not worse by 0.1 of event.country", GateVerdict.FAIL),
            tuple("tpr_gap not worse by 0.1 of event.country", GateVerdict.FAIL),
            tuple("equalized_odds_gap not worse by 0.1 of event.country", GateVerdict.FAIL));
    assertThat(check.report().html()).contains("groups of event.country");
    assertThat(check.report().json()).contains("\"field\":\"event.country\"");
    assertThat(GateCheck.of(gates, other, true, 7).results())
        .allSatisfy(
            result -> assertThat(result.getMessage()).contains("the model takes no decisions"));
  }

  @Test
  void theSizeOfTheFileIsLimited() {
    Comparison rows = decided(rows(600, 2, 0));

    assertThat(GateCheck.of(gates(new Gate(Metric.SIZE, Rule.LIMIT, 999)), rows, true, 7).verdict())
        .isEqualTo(GateVerdict.FAIL);
    assertThat(rows.metrics())
        .extracting(RunMetric::getMetric, RunMetric::getValue)
        .contains(tuple("size_bytes", 1_000.0));
  }

  @Test
  void aChampionThatReadsOtherFeaturesLeavesItOpen() {
    Comparison alone = withoutChampion(rows(600, 2, 0));

    GateCheck check = GateCheck.of(AUC, alone, true, 7);
    assertThat(check.verdict()).isEqualTo(GateVerdict.INCONCLUSIVE);
    assertThat(check.results())
        .singleElement()
        .extracting(GateResult::getMessage)
        .asString()
        .contains("other features");
  }

  @Test
  void whereThereIsNoChampionOnlyLimitsAreJudged() {
    Comparison alone = withoutChampion(rows(600, 2, 0));

    assertThat(GateCheck.of(AUC, alone, false, 7).results()).isEmpty();
    assertThat(GateCheck.of(AUC, alone, false, 7).verdict()).isEqualTo(GateVerdict.PASS);
    assertThat(
            GateCheck.of(gates(new Gate(Metric.AUC, Rule.LIMIT, 0.999)), alone, false, 7).verdict())
        .isEqualTo(GateVerdict.FAIL);
  }

  @Test
  void aGateThatComparesHoldsInEachSegment() {
    Gates gates = new Gates(AUC.gates(), List.of("event.country"));

    assertThat(GateCheck.of(gates, rows(1_000, 2, 0), true, 7).results())
        .extracting(GateResult::getGate)
        .containsExactlyInAnyOrder(
            "auc not worse by 0.005",
            "auc not worse by 0.005 in event.country=BE",
            "auc not worse by 0.005 in event.country=NL");
  }

  @Test
  void figuresAreOfBothAndOfSegmentsWithEnoughRows() {
    List<RunMetric> metrics = rows(300, 2, 0).metrics();

    assertThat(metrics)
        .filteredOn(metric -> metric.getMetric().equals("auc"))
        .extracting(metric -> metric.getCandidate() + " " + metric.getSegment())
        .containsExactlyInAnyOrder(
            "challenger ",
            "champion ",
            "challenger event.country=BE",
            "champion event.country=BE",
            "challenger event.country=NL",
            "champion event.country=NL");
    assertThat(rows(150, 2, 0).metrics())
        .filteredOn(metric -> !metric.getSegment().isEmpty())
        .isEmpty();
  }

  @Test
  void lossesAreOfEntitiesAndHaveAnInterval() {
    List<RunMetric> metrics = rows(600, 2, 0).metrics();

    assertThat(metrics)
        .filteredOn(metric -> List.of("auc", "log_loss", "brier").contains(metric.getMetric()))
        .hasSize(18)
        .allSatisfy(
            metric -> {
              assertThat(metric.getLow()).isLessThan(metric.getValue());
              assertThat(metric.getHigh()).isGreaterThan(metric.getValue());
            });
    Comparison one = rows(600, 2, 0);
    Comparison ofOneEntity =
        new Comparison(
            one.labels(),
            Collections.nCopies(600, "entity"),
            Map.of(),
            one.challenger(),
            Optional.empty(),
            1);
    assertThat(ofOneEntity.metrics())
        .filteredOn(metric -> metric.getMetric().equals("log_loss"))
        .singleElement()
        .satisfies(metric -> assertThat(metric.getLow()).isNaN());
  }

  private static Gates gates(Gate gate) {
    return new Gates(List.of(gate), List.of());
  }

  private static Comparison withoutChampion(Comparison rows) {
    return new Comparison(
        rows.labels(),
        rows.entities(),
        rows.segments(),
        rows.challenger(),
        Optional.empty(),
        rows.latencyMillis());
  }

  /**
   * Rows of 50 entities, of two countries in turn.
   *
   * @param challenger how far its logit goes with the label, 0: not at all
   */
  private static Comparison rows(int count, double challenger, double champion) {
    Random random = new Random(7);
    boolean[] labels = new boolean[count];
    double[] after = new double[count];
    double[] before = new double[count];
    List<String> entities = new ArrayList<>();
    List<String> countries = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      labels[row] = random.nextBoolean();
      double toward = labels[row] ? 1 : -1;
      after[row] = score(challenger, toward, random);
      before[row] = score(champion, toward, random);
      entities.add("entity " + row % 50);
      countries.add(row % 2 == 0 ? "BE" : "NL");
    }
    return new Comparison(
        labels, entities, Map.of("event.country", countries), after, Optional.of(before), 1);
  }

  private static double score(double weight, double toward, Random random) {
    double noise = random.nextGaussian();
    return 1 / (1 + Math.exp(-(weight == 0 ? noise : weight * (toward + noise))));
  }
}

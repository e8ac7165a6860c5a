package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

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

    GateCheck check =
        GateCheck.of(gates(new Gate(metric, Rule.LIMIT, limit)), rows(600, 2, 0), true, 7);

    assertThat(check.verdict()).isEqualTo(GateVerdict.PASS);
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

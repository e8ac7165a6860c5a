package io.leat.retraining.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.evaluation.Auc;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GatesTest {
  private static final int ROWS = 2_000;
  private static final Gate AREA = Gate.notWorseBy(Metric.AUC, 0.01);

  private final Random random = new Random(5);
  private final double[] labels = new double[ROWS];
  private final double[] champion = new double[ROWS];
  private final double[] challenger = new double[ROWS];

  GatesTest() {
    for (int i = 0; i < ROWS; i++) {
      champion[i] = 0.01 + 0.98 * random.nextDouble();
      challenger[i] = Math.min(0.99, Math.max(0.01, champion[i] + 0.05 * random.nextGaussian()));
      labels[i] = random.nextDouble() < champion[i] ? 1 : 0;
    }
  }

  private GateRows rows(int count) {
    return new GateRows(
        new Contender(
            "fraud v2",
            Arrays.copyOf(challenger, count),
            OptionalDouble.of(4.2),
            OptionalDouble.of(1_000)),
        Optional.of(
            new Contender(
                "fraud v1",
                Arrays.copyOf(champion, count),
                OptionalDouble.of(3),
                OptionalDouble.of(4_000))),
        Arrays.copyOf(labels, count),
        IntStream.range(0, count).mapToObj(i -> "entity " + i / 2).toList(),
        Map.of(
            "country",
            IntStream.range(0, count)
                .mapToObj(i -> i % 100 == 0 ? "rare " + i : i % 3 == 0 ? "AT" : "DE")
                .toList()),
        Optional.of(score -> score >= 0.5));
  }

  private static GateRows withoutChampion(GateRows rows) {
    return new GateRows(
        rows.challenger(),
        Optional.empty(),
        rows.labels(),
        rows.entities(),
        rows.segments(),
        rows.decides());
  }

  @Test
  void theAreasDifferenceAndItsBoundAreOfEntities() {
    boolean[] truths = new boolean[ROWS];
    int[] entities = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      truths[i] = labels[i] == 1;
      entities[i] = i / 2;
    }
    Auc.Pair expected = Auc.pair(champion, challenger, truths, entities);

    GateResult result = Gates.evaluate(List.of(AREA), rows(ROWS), 1).results().get(0);

    assertThat(result.champion()).isEqualTo(expected.baseline().value());
    assertThat(result.challenger()).isEqualTo(expected.candidate().value());
    assertThat(result.value()).isEqualTo(-expected.difference().value());
    // One-sided at 5 %: 1.645 standard errors, where the interval's 95 % are 1.960.
    double error = (expected.difference().high() - expected.difference().low()) / 2 / 1.959963985;
    assertThat(result.bound()).isCloseTo(result.value() + 1.644853627 * error, within(1e-9));
    assertThat(result.margin()).isEqualTo(0.01);
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.entities()).isEqualTo(ROWS / 2);
    assertThat(result.seed()).isEqualTo(1);
  }

  @Test
  void theSameAnswersComeAgainAndAnotherGateChangesNone() {
    List<Gate> gates =
        List.of(
            Gate.notWorseBy(Metric.CALIBRATION, 0.001),
            Gate.notWorseBy(Metric.TPR_GAP, 0.05, "country"));
    GateReport report = Gates.evaluate(gates, rows(ROWS), 7);
    assertThat(Gates.evaluate(gates, rows(ROWS), 7)).isEqualTo(report);
    assertThat(Gates.evaluate(List.of(gates.get(1)), rows(ROWS), 7).results())
        .containsExactly(report.results().get(1));
  }

  @Test
  void latencyAndSizeAreTheCallers() {
    GateReport report =
        Gates.evaluate(
            List.of(
                Gate.limit(Metric.LATENCY_P99, 5),
                Gate.notWorseBy(Metric.LATENCY_P99, 1),
                Gate.limit(Metric.SIZE, 1_000)),
            rows(ROWS),
            0);
    assertThat(report.results())
        .extracting(GateResult::verdict)
        .containsExactly(Verdict.PASS, Verdict.FAIL, Verdict.PASS);
    assertThat(report.results().get(1).value()).isCloseTo(1.2, within(1e-12));
    assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
    GateRows unmeasured =
        new GateRows(
            Contender.of("x", challenger),
            Optional.empty(),
            labels,
            rows(ROWS).entities(),
            Map.of(),
            Optional.empty());
    assertThat(Gates.evaluate(List.of(Gate.limit(Metric.LATENCY_P99, 5)), unmeasured, 0).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void withoutAChampionLimitsAloneAreJudged() {
    GateReport report =
        Gates.evaluate(
            List.of(AREA, Gate.limit(Metric.AUC, 0.7), Gate.limit(Metric.LOG_LOSS, 0.6)),
            withoutChampion(rows(ROWS)),
            0);
    assertThat(report.notJudged()).containsExactly("auc not worse by 0.01");
    assertThat(report.results()).hasSize(2);
    assertThat(report.results().get(0).bound()).isLessThan(report.results().get(0).value());
    assertThat(report.verdict()).isEqualTo(Verdict.PASS);
    assertThat(Gates.evaluate(List.of(AREA), withoutChampion(rows(ROWS)), 0).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(Gates.evaluate(List.of(), rows(ROWS), 0).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void segmentsOfFewRowsAreOneOrNone() {
    GateReport report =
        Gates.evaluate(List.of(Gate.notWorseBy(Metric.LOG_LOSS, 0.1, "country")), rows(ROWS), 0);
    // Twenty rows of rare countries are too few to be a segment even together.
    assertThat(report.results())
        .extracting(GateResult::segment)
        .containsExactly(Optional.empty(), Optional.of("AT"), Optional.of("DE"));
    assertThat(report.results()).extracting(GateResult::verdict).containsOnly(Verdict.PASS);
    assertThat(report.results().get(1).level() + report.results().get(2).level())
        .isCloseTo(0.075, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"LATENCY_P99", "SIZE"},
      mode = EnumSource.Mode.EXCLUDE)
  void nothingPassesThatCannotBeJudged(Metric metric) {
    String[] fields = metric.isOfGroups() ? new String[] {"country"} : new String[0];
    Gate gate = Gate.notWorseBy(metric, 1e6, fields);
    assertThat(Gates.evaluate(List.of(gate), rows(ROWS), 0).verdict()).isEqualTo(Verdict.PASS);

    assertInconclusive(gate, rows(99), "99 rows");
    challenger[17] = Double.NaN;
    assertInconclusive(gate, rows(ROWS), "no finite number");
    challenger[17] = 0.5;
    labels[17] = Double.NaN;
    assertInconclusive(gate, rows(ROWS), "no finite number");
    labels[17] = 0;
    if (metric.needs() != Metric.Needs.NUMBERS) {
      Arrays.fill(labels, 1);
      assertInconclusive(gate, rows(ROWS), "0 with a false label");
      labels[17] = 3;
      assertInconclusive(gate, rows(ROWS), "neither 0 nor 1");
    }
  }

  private static void assertInconclusive(Gate gate, GateRows rows, String reason) {
    GateReport report = Gates.evaluate(List.of(gate), rows, 0);
    assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(report.results().get(0).reason().orElseThrow()).contains(reason);
  }

  static Stream<Gate> gatesOfWhatIsNot() {
    return Stream.of(
        Gate.notWorseBy(Metric.LOG_LOSS, 1, "planet"),
        Gate.notWorseBy(Metric.SELECTION_RATE_GAP, 1, "planet"));
  }

  @ParameterizedTest
  @MethodSource("gatesOfWhatIsNot")
  void aFieldThatTheRowsDoNotHaveIsInconclusive(Gate gate) {
    GateReport report = Gates.evaluate(List.of(gate), rows(ROWS), 0);
    assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(report.results())
        .anySatisfy(one -> assertThat(one.reason()).contains("the rows have no field planet"));
  }

  @Test
  void fewEntitiesAndScoresThatAreNoProbabilitiesAreInconclusive() {
    GateRows given = rows(ROWS);
    GateRows few =
        new GateRows(
            given.challenger(),
            given.champion(),
            labels,
            IntStream.range(0, ROWS).mapToObj(i -> "entity " + i % 29).toList(),
            Map.of(),
            Optional.empty());
    assertInconclusive(Gate.notWorseBy(Metric.BRIER, 1), few, "29 entities");
    challenger[3] = 1.5;
    assertInconclusive(Gate.notWorseBy(Metric.BRIER, 1), rows(ROWS), "no probability");
    assertThat(Gates.evaluate(List.of(AREA), rows(ROWS), 0).results().get(0).reason()).isEmpty();
  }

  @Test
  void gatesThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> Gate.notWorseBy(Metric.TPR_GAP, 0.1))
        .hasMessageContaining("expected a field");
    assertThatThrownBy(() -> Gate.limit(Metric.SIZE, 1, "country"))
        .hasMessageContaining("expected no fields");
    assertThatThrownBy(() -> Gate.notWorseBy(Metric.AUC, -1)).hasMessageContaining("0 or more");
    assertThatThrownBy(() -> Gate.limit(Metric.AUC, Double.NaN))
        .hasMessageContaining("finite number");
  }

  @Test
  void theReportIsJsonAndAPageThatLoadsNothing() throws Exception {
    GateReport report =
        Gates.evaluate(
            List.of(AREA, Gate.limit(Metric.LATENCY_P99, 5)),
            new GateRows(
                new Contender(
                    "fraud <2>", challenger, OptionalDouble.of(4), OptionalDouble.empty()),
                Optional.of(Contender.of("fraud v1", champion)),
                labels,
                rows(ROWS).entities(),
                Map.of(),
                Optional.empty()),
            3);
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.path("challenger").asText()).isEqualTo("fraud <2>");
    assertThat(json.path("verdict").asText()).isEqualTo(report.verdict().toString());
    assertThat(json.at("/results/0/value").asDouble()).isEqualTo(report.results().get(0).value());
    assertThat(json.at("/results/1/champion").isNull()).isTrue();
    assertThat(json.at("/results/0/reason").isNull()).isTrue();
    assertThat(report.html())
        .contains("fraud &lt;2&gt;", "auc not worse by 0.01", report.verdict().toString(), "<svg")
        .doesNotContain("<2>", "<script", "http://", "https://", "NaN");
  }
}

package io.leat.retraining.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.testing.soak.Soak;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

/**
 * How often gates are wrong: a challenger that is worse by exactly the margin passes in 5 of 100
 * samples, and fails in 5, or in fewer. Four standard deviations of the share are allowed above.
 */
class GateErrorRatesTest {
  private static final int SAMPLES = Soak.times(400, 4_000);
  private static final double MOST = 0.05 + 4 * Math.sqrt(0.05 * 0.95 / SAMPLES);

  private final Random random = new Random(Soak.seed());

  /** Makes rows. */
  private interface Draw {
    GateRows rows();
  }

  private record Shares(double pass, double fail) {}

  private static Shares shares(Gate gate, Draw draw) {
    return shares(gate, draw, SAMPLES);
  }

  /** Of few samples: enough to see that a gate can tell at all. */
  private static Shares power(Gate gate, Draw draw) {
    return shares(gate, draw, 20);
  }

  private static Shares shares(Gate gate, Draw draw, int samples) {
    double pass = 0;
    double fail = 0;
    for (int sample = 0; sample < samples; sample++) {
      Verdict verdict = Gates.evaluate(List.of(gate), draw.rows(), sample).verdict();
      pass += verdict == Verdict.PASS ? 1 : 0;
      fail += verdict == Verdict.FAIL ? 1 : 0;
    }
    return new Shares(pass / samples, fail / samples);
  }

  private static void assertSeldomWrong(Shares shares) {
    assertThat(shares.pass()).isLessThanOrEqualTo(MOST);
    assertThat(shares.fail()).isLessThanOrEqualTo(MOST);
  }

  private static GateRows rows(
      double[] labels,
      double[] champion,
      double[] challenger,
      List<String> entities,
      Map<String, List<String>> segments) {
    return new GateRows(
        Contender.of("challenger", challenger),
        Optional.of(Contender.of("champion", champion)),
        labels,
        entities,
        segments,
        Optional.of(score -> score >= 0.5));
  }

  private static List<String> ownEntities(int rows) {
    return IntStream.range(0, rows).mapToObj(Integer::toString).toList();
  }

  /** Scores of two normal laws a distance apart have the area Phi(distance / sqrt 2). */
  private GateRows areas(int rows, double champion, double challenger) {
    double[] labels = new double[rows];
    double[] before = new double[rows];
    double[] after = new double[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextDouble() < 0.2 ? 1 : 0;
      double shared = random.nextGaussian();
      before[i] = labels[i] * distance(champion) + 0.8 * shared + 0.6 * random.nextGaussian();
      after[i] = labels[i] * distance(challenger) + 0.8 * shared + 0.6 * random.nextGaussian();
    }
    return rows(labels, before, after, ownEntities(rows), Map.of());
  }

  private static double distance(double area) {
    return Math.sqrt(2) * NormalDistribution.of(0, 1).inverseCumulativeProbability(area);
  }

  @Test
  void theAreaUnderTheCurve() {
    assertSeldomWrong(shares(Gate.notWorseBy(Metric.AUC, 0.02), () -> areas(500, 0.85, 0.83)));
    Shares equal = power(Gate.notWorseBy(Metric.AUC, 0.02), () -> areas(4_000, 0.85, 0.85));
    assertThat(equal.pass()).isGreaterThan(0.7);
    Shares bad = power(Gate.notWorseBy(Metric.AUC, 0.02), () -> areas(4_000, 0.85, 0.79));
    assertThat(bad.fail()).isGreaterThan(0.7);
  }

  @Test
  void theAreaAgainstALimit() {
    assertSeldomWrong(shares(Gate.limit(Metric.AUC, 0.83), () -> areas(500, 0.85, 0.83)));
  }

  /** Rows of an entity have their label in common, and most of what each version makes of them. */
  private GateRows areasOfEntities(int entities, double champion, double challenger) {
    int each = 8;
    double[] labels = new double[each * entities];
    double[] before = new double[labels.length];
    double[] after = new double[labels.length];
    for (int entity = 0; entity < entities; entity++) {
      double label = random.nextDouble() < 0.3 ? 1 : 0;
      double shared = random.nextGaussian();
      double ofBefore = random.nextGaussian();
      double ofAfter = random.nextGaussian();
      for (int i = each * entity; i < each * (entity + 1); i++) {
        labels[i] = label;
        double both = 0.8 * shared;
        before[i] =
            label * distance(champion) + both + 0.5 * ofBefore + 0.33166 * random.nextGaussian();
        after[i] =
            label * distance(challenger) + both + 0.5 * ofAfter + 0.33166 * random.nextGaussian();
      }
    }
    return rows(
        labels,
        before,
        after,
        IntStream.range(0, labels.length).mapToObj(i -> "entity " + i / each).toList(),
        Map.of());
  }

  /** Were rows taken as independent, about one in five would pass. */
  @Test
  void theAreaUnderTheCurveOfEntitiesOfManyRows() {
    assertSeldomWrong(
        shares(Gate.notWorseBy(Metric.AUC, 0.02), () -> areasOfEntities(300, 0.85, 0.83)));
    assertSeldomWrong(shares(Gate.limit(Metric.AUC, 0.83), () -> areasOfEntities(300, 0.85, 0.83)));
  }

  /** Rows of an entity have an error in common, as large as their own. */
  private GateRows errors(int entities, double worse) {
    int rows = 10 * entities;
    double[] champion = new double[rows];
    double[] challenger = new double[rows];
    double common = 0;
    for (int i = 0; i < rows; i++) {
      common = i % 10 == 0 ? random.nextGaussian() : common;
      champion[i] = 50 + random.nextGaussian();
      challenger[i] = champion[i] + worse + common + random.nextGaussian();
    }
    return rows(
        new double[rows],
        champion,
        challenger,
        IntStream.range(0, rows).mapToObj(i -> Integer.toString(i / 10)).toList(),
        Map.of());
  }

  @Test
  void meanLossesOfRowsInClusters() {
    Gate gate = Gate.notWorseBy(Metric.ABSOLUTE_ERROR, 0.5);
    assertSeldomWrong(shares(gate, () -> errors(100, 0.5)));
    assertThat(power(gate, () -> errors(100, 0)).pass()).isGreaterThan(0.7);
  }

  /** The champion's probabilities are the truth; the challenger's are all a little too high. */
  private GateRows probabilities(int rows, double tooHigh) {
    double[] labels = new double[rows];
    double[] champion = new double[rows];
    double[] challenger = new double[rows];
    for (int i = 0; i < rows; i++) {
      champion[i] = 0.02 + 0.5 * random.nextDouble() * random.nextDouble();
      challenger[i] = champion[i] + tooHigh;
      labels[i] = random.nextDouble() < champion[i] ? 1 : 0;
    }
    return rows(labels, champion, challenger, ownEntities(rows), Map.of());
  }

  @Test
  void calibrationErrorsOfAChampionWithoutOne() {
    Gate gate = Gate.notWorseBy(Metric.CALIBRATION, 0.02);
    // A little more than the margin: of exactly the margin the labels are not asked.
    assertSeldomWrong(shares(gate, () -> probabilities(1_000, 0.0201)));
    assertThat(power(gate, () -> probabilities(1_000, 0.01)).pass()).isEqualTo(1);
    assertThat(power(gate, () -> probabilities(4_000, 0.08)).fail()).isGreaterThan(0.7);
  }

  @Test
  void calibrationErrorsAgainstALimit() {
    assertSeldomWrong(
        shares(Gate.limit(Metric.CALIBRATION, 0.02), () -> probabilities(1_000, 0.02)));
  }

  /** Three groups that the champion selects alike; the challenger selects one of them less. */
  private GateRows groups(int rows, double gap) {
    double[] labels = new double[rows];
    double[] champion = new double[rows];
    double[] challenger = new double[rows];
    List<String> groups =
        IntStream.range(0, rows).mapToObj(i -> List.of("a", "b", "c").get(i % 3)).toList();
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextBoolean() ? 1 : 0;
      double place = random.nextDouble();
      champion[i] = place < 0.4 ? 1 : 0;
      challenger[i] = place < 0.4 - (i % 3 == 0 ? gap : 0) ? 1 : 0;
    }
    return rows(labels, champion, challenger, ownEntities(rows), Map.of("group", groups));
  }

  @Test
  void gapsBetweenGroups() {
    for (Metric metric :
        List.of(Metric.SELECTION_RATE_GAP, Metric.TPR_GAP, Metric.EQUALIZED_ODDS_GAP)) {
      Gate gate = Gate.notWorseBy(metric, 0.1, "group");
      assertSeldomWrong(shares(gate, () -> groups(900, 0.1)));
      assertThat(power(gate, () -> groups(12_000, 0)).pass()).isGreaterThan(0.7);
      assertThat(power(gate, () -> groups(6_000, 0.25)).fail()).isGreaterThan(0.7);
    }
  }

  @Test
  void anySegmentThatIsWorseByTheMargin() {
    Gate gate = Gate.notWorseBy(Metric.ABSOLUTE_ERROR, 0.5, "country");
    double passed = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      GateRows all = errors(300, 0.5);
      List<String> countries =
          IntStream.range(0, all.labels().length).mapToObj(i -> "country " + (i / 10) % 5).toList();
      GateReport report =
          Gates.evaluate(
              List.of(gate),
              new GateRows(
                  all.challenger(),
                  all.champion(),
                  all.labels(),
                  all.entities(),
                  Map.of("country", countries),
                  Optional.empty()),
              sample);
      assertThat(report.results()).hasSize(6);
      passed +=
          report.results().stream()
                  .filter(one -> one.segment().isPresent())
                  .anyMatch(one -> one.verdict() == Verdict.PASS)
              ? 1
              : 0;
    }
    assertThat(passed / SAMPLES).isLessThanOrEqualTo(MOST);
  }
}

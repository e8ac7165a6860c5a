package io.leat.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Figures as scikit-learn, statsmodels, SciPy and MLstatkit have them; interop/evaluation makes
 * them.
 */
class PublishedFiguresTest {
  private static final double CLOSE = 1e-9;

  /** Newton's method of others ends where it likes. */
  private static final double FITTED = 1e-6;

  static Stream<JsonNode> cases() throws IOException {
    try (InputStream file = PublishedFiguresTest.class.getResourceAsStream("/figures.json")) {
      return StreamSupport.stream(new ObjectMapper().readTree(file).spliterator(), false);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areThoseOfOtherLibraries(JsonNode given) {
    double[] baseline = doubles(given.get("baseline"));
    double[] candidate = doubles(given.get("candidate"));
    boolean[] labels = new boolean[baseline.length];
    int[] clusters = new int[baseline.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = given.get("labels").get(i).asInt() == 1;
      clusters[i] = given.get("clusters").get(i).asInt();
    }
    JsonNode expected = given.get("expected");

    Performance.Pair pair = Performance.pair(baseline, candidate, labels, clusters);

    assertPerformance(pair.baseline(), expected.get("baseline"));
    assertPerformance(pair.candidate(), expected.get("candidate"));
    assertEstimate(pair.auc(), expected.get("aucDifference"));
    assertEstimate(
        Auc.pair(baseline, candidate, labels).difference(), expected.get("aucDifferenceOfRows"));
    assertEstimate(Auc.estimate(baseline, labels), expected.get("aucOfRows"));
    assertEstimate(pair.logLoss().orElseThrow(), expected.get("logLossDifference"));
    assertEstimate(pair.brier().orElseThrow(), expected.get("brierDifference"));

    boolean[] decided = new boolean[labels.length];
    double[] rewards = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      decided[i] = given.get("decided").get(i).asInt() == 1;
      rewards[i] = labels[i] ? 1 : 0;
    }
    OffPolicy off = OffPolicy.of(rewards, doubles(given.get("propensities")), decided, clusters);
    JsonNode ofPolicy = expected.get("offPolicy");
    assertEstimate(off.ips(), ofPolicy.get("ips"));
    assertEstimate(off.selfNormalised(), ofPolicy.get("selfNormalised"));
    assertThat(off.effectiveRows())
        .isCloseTo(ofPolicy.get("effectiveRows").asDouble(), within(CLOSE));
    assertThat(off.hasChoice()).isTrue();
  }

  private static void assertPerformance(Performance found, JsonNode expected) {
    Performance.OfProbabilities of = found.probabilities().orElseThrow();
    assertEstimate(found.auc(), expected.get("auc"));
    assertEstimate(of.logLoss(), expected.get("logLoss"));
    assertEstimate(of.brier(), expected.get("brier"));
    assertThat(of.calibration().error())
        .isCloseTo(expected.get("calibrationError").asDouble(), within(CLOSE));
    assertThat(of.calibration().slope())
        .isCloseTo(expected.get("slope").asDouble(), within(FITTED));
    assertThat(of.calibration().intercept())
        .isCloseTo(expected.get("intercept").asDouble(), within(FITTED));
  }

  private static void assertEstimate(Estimate found, JsonNode expected) {
    assertThat(found.value()).isCloseTo(expected.get(0).asDouble(), within(CLOSE));
    assertThat(found.low()).isCloseTo(expected.get(1).asDouble(), within(CLOSE));
    assertThat(found.high()).isCloseTo(expected.get(2).asDouble(), within(CLOSE));
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}

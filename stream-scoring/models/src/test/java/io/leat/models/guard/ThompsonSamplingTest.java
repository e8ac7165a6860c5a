package io.leat.models.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.models.registry.Assignment;
import io.leat.records.ModelRole;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutBandit;
import io.leat.records.RolloutObservation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThompsonSamplingTest {
  /**
   * Exact for whole numbers: the sum of Evan Miller, "Formulas for Bayesian A/B testing" (2015).
   */
  private static double exact(int rewards, int costs, int otherRewards, int otherCosts) {
    double chance = 0;
    for (int i = 0; i <= rewards; i++) {
      chance +=
          Math.exp(
              logBeta(otherRewards + 1.0 + i, otherCosts + 1.0 + costs + 1)
                  - Math.log(costs + 1.0 + i)
                  - logBeta(1.0 + i, costs + 1.0)
                  - logBeta(otherRewards + 1.0, otherCosts + 1.0));
    }
    return chance;
  }

  private static double logBeta(double a, double b) {
    return logFactorial(a - 1) + logFactorial(b - 1) - logFactorial(a + b - 1);
  }

  private static double logFactorial(double n) {
    double sum = 0;
    for (int i = 2; i <= n; i++) {
      sum += Math.log(i);
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0",
    "1, 0, 0, 0",
    "0, 5, 0, 0",
    "3, 7, 12, 8",
    "95, 5, 90, 10",
    "950, 50, 9, 1",
    "9000, 1000, 8900, 1100",
    "10, 0, 9900, 100",
  })
  void theChanceIsTheIntegral(int rewards, int costs, int otherRewards, int otherCosts) {
    int count = rewards + costs;
    int other = otherRewards + otherCosts;
    double chance =
        ThompsonSampling.chance(
            count,
            count == 0 ? 0 : (double) costs / count,
            other,
            other == 0 ? 0 : (double) otherCosts / other);

    assertThat(chance).isCloseTo(exact(rewards, costs, otherRewards, otherCosts), within(1e-5));
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 0.01, 0.5",
    "1, 0.01, 0.9892578125",
    "0, 0.01, 0.0107421875",
    "0.3, 0, 0.2998046875",
    "1, 0, 1",
    "0.7, 0.499, 0.5009765625",
  })
  void aShareIsExactAndNeitherIsBelowTheFloor(double chance, double floor, double share) {
    assertThat(ThompsonSampling.share(chance, floor)).isEqualTo(share);
    assertThat(share + (1 - share)).isEqualTo(1.0);
  }

  /** What a run of the bandit gave: shares by period, and the version of each vector. */
  private record Run(List<Double> shares, List<Boolean> versions) {}

  /** Each period draws entities by the share, and learns of them all at its end. */
  private static Run run(double versionCosts, double championCosts) {
    RolloutBandit bandit = new RolloutBandit(1_000L, 0.05);
    StageEvidence evidence = new StageEvidence();
    List<Double> shares = new ArrayList<>(List.of(0.5));
    List<Boolean> versions = new ArrayList<>();
    Random random = new Random(3);
    for (int period = 1; period <= 30; period++) {
      double share = shares.get(period - 1);
      Assignment assignment = new Assignment(rollout(period, share));
      List<RolloutObservation> known = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        byte[] key = ("customer" + i).getBytes(StandardCharsets.UTF_8);
        boolean version = assignment.decides(key).getRole() == ModelRole.CANARY;
        versions.add(version);
        double cost = random.nextDouble() < (version ? versionCosts : championCosts) ? 1 : 0;
        known.add(
            new RolloutObservation(
                "fraud",
                1L,
                version,
                null,
                null,
                null,
                version ? cost : null,
                version ? null : cost,
                false));
      }
      known.forEach(evidence::add);
      shares.add(evidence.share(bandit));
    }
    return new Run(shares, versions);
  }

  private static Rollout rollout(long revision, double share) {
    return new Rollout(
        revision,
        "bandit",
        "fraud/" + revision,
        List.of(
            new RolloutArm(1, "a", ModelRole.CHAMPION, 1 - share),
            new RolloutArm(2, "b", ModelRole.CANARY, share)),
        "test",
        Instant.EPOCH,
        null,
        null,
        null,
        null);
  }

  @Test
  void theShareGoesToTheVersionThatCostsLessAndARunAgainDrawsAlike() {
    Run better = run(0.1, 0.2);
    Run worse = run(0.2, 0.1);

    assertThat(better.shares()).last().isEqualTo(1 - 52 / 1024.0);
    assertThat(worse.shares()).last().isEqualTo(52 / 1024.0);
    assertThat(better.versions().stream().filter(version -> version).count()).isGreaterThan(2_000);
    assertThat(worse.versions().stream().filter(version -> version).count()).isLessThan(1_000);
    assertThat(run(0.1, 0.2)).isEqualTo(better);
  }
}

package io.leat.models.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ScoreDistanceTest {
  private static final double ALPHA = 0.05;

  @Test
  void ofScoresAsFarApartAsTheLimitTheEvidenceIsEverEnoughInAtMostAlphaOfTheStreams() {
    // The version's scores are moved by 0.1: the distance of both uniform distributions.
    assertThat(rejected(0.1, 0.1, 400)).isLessThanOrEqualTo((int) (400 * ALPHA));
    assertThat(rejected(0, 0, 400)).isLessThanOrEqualTo((int) (400 * ALPHA));
  }

  @Test
  void scoresFartherApartThanTheLimitAreFoundInMostStreams() {
    assertThat(rejected(0.3, 0.1, 100)).isGreaterThan(95);
    assertThat(rejected(0.1, 0, 100)).isGreaterThan(80);
  }

  /** In how many of the streams the evidence was ever enough within 1,000 pairs. */
  private static int rejected(double moved, double limit, int streams) {
    int rejected = 0;
    for (int seed = 0; seed < streams; seed++) {
      Random random = new Random(seed);
      ScoreDistance distance = new ScoreDistance();
      boolean ever = false;
      for (int i = 0; i < 1_000 && !ever; i++) {
        distance.champion(random.nextDouble());
        distance.version(random.nextDouble() + moved, limit);
        ever = distance.evidence() >= 1 / ALPHA;
      }
      rejected += ever ? 1 : 0;
    }
    return rejected;
  }

  @Test
  void theIntervalHoldsTheDistanceAtAllTimes() {
    int wrong = 0;
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      ScoreDistance distance = new ScoreDistance();
      boolean ever = false;
      for (int i = 0; i < 1_000; i++) {
        distance.champion(random.nextDouble());
        distance.version(random.nextDouble() * 0.5, 0.1);
        Interval interval = distance.interval(ALPHA);
        ever |= interval.lower() > 0.5 || interval.upper() < 0.5;
      }
      wrong += ever ? 1 : 0;
      assertThat(distance.distance()).isCloseTo(0.5, within(0.1));
    }
    assertThat(wrong).isLessThanOrEqualTo(5);
  }

  @Test
  void theBandIsAsWideAsPublished() {
    // 0.85 sqrt((ln ln(e t) + 0.8 ln(1612/alpha)) / t), by hand
    assertThat(ScoreDistance.width(1_000, 0.05)).isCloseTo(0.0866, within(1e-4));
    assertThat(ScoreDistance.width(0, 0.05)).isEqualTo(1);
  }

  @Test
  void negativeScoresLieBelowPositiveOnes() {
    ScoreDistance distance = new ScoreDistance();
    for (int i = 1; i <= 100; i++) {
      distance.champion(-i);
      distance.champion(-i);
      distance.version(i, 0.1);
    }
    assertThat(distance.distance()).isEqualTo(1);
  }
}

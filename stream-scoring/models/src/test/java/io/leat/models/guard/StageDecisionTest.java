package io.leat.models.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.guard.Finding.Verdict;
import io.leat.models.guard.StageDecision.Next;
import io.leat.records.GuardKind;
import io.leat.records.LossKind;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutLoss;
import io.leat.records.RolloutObservation;
import io.leat.records.RolloutStage;
import io.leat.records.StageKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StageDecisionTest {
  private static final RolloutGuard UNSCORED =
      new RolloutGuard(GuardKind.UNSCORED, 0.02, 0.05, null);
  private static final RolloutGuard SCORES =
      new RolloutGuard(GuardKind.SCORE_DISTRIBUTION, 0.2, 0.05, null);
  private static final RolloutGuard ROW =
      new RolloutGuard(GuardKind.FAILURES_IN_A_ROW, 5.0, 0.0, null);
  private static final RolloutGuard LATENCY =
      new RolloutGuard(GuardKind.LATENCY, 0.02, 0.05, 1_000_000L);
  private static final RolloutGuard LOSS = new RolloutGuard(GuardKind.LOSS, 0.02, 0.05, null);
  private static final RolloutLoss BRIER = new RolloutLoss(LossKind.BRIER, null, 1_000L);
  private static final Duration LONG = Duration.ofHours(2);

  private static RolloutStage stage(RolloutGuard... guards) {
    return stage(1_000, guards);
  }

  private static RolloutStage stage(long events, RolloutGuard... guards) {
    return stage(events, 0, null, guards);
  }

  private static RolloutStage stage(
      long events, long labels, @Nullable RolloutLoss loss, RolloutGuard... guards) {
    return new RolloutStage(
        StageKind.CANARY,
        0.1,
        Duration.ofHours(1).toMillis(),
        events,
        Duration.ofHours(10).toMillis(),
        List.of(guards),
        labels,
        loss,
        null);
  }

  private static RolloutObservation of(boolean candidate, boolean scored) {
    return new RolloutObservation(
        "fraud", 3L, candidate, scored ? 0.5 : null, null, null, null, null, false);
  }

  private static RolloutObservation leftOut(boolean candidate, boolean scored) {
    return RolloutObservation.newBuilder(of(candidate, scored)).setLeftOut(true).build();
  }

  private static RolloutObservation score(boolean candidate, double score) {
    return new RolloutObservation(
        "fraud", 3L, candidate, score, null, SCORES.getLimit(), null, null, false);
  }

  private static StageEvidence vectors(int count, double failing, long seed) {
    Random random = new Random(seed);
    StageEvidence evidence = new StageEvidence();
    for (int i = 0; i < count; i++) {
      evidence.add(of(false, true));
      evidence.add(of(true, random.nextDouble() >= failing));
    }
    return evidence;
  }

  @Test
  void aHealthyVersionGoesOnWhenTimeAndVectorsSuffice() {
    assertThat(StageDecision.of(stage(UNSCORED), LONG, vectors(5_000, 0, 1)).next())
        .isEqualTo(Next.ADVANCE);
    assertThat(StageDecision.of(stage(UNSCORED), Duration.ZERO, vectors(5_000, 0, 1)).next())
        .isEqualTo(Next.WAIT);
    assertThat(StageDecision.of(stage(), LONG, vectors(999, 0, 1)).next()).isEqualTo(Next.WAIT);
    assertThat(StageDecision.of(stage(), LONG, vectors(1_000, 0, 1)).next())
        .isEqualTo(Next.ADVANCE);
  }

  @Test
  void aVersionThatFailsMoreThanTheMarginGoesBackAtOnceWithItsInterval() {
    StageDecision decision = StageDecision.of(stage(UNSCORED), Duration.ZERO, vectors(500, 0.2, 1));

    assertThat(decision.next()).isEqualTo(Next.BACK);
    assertThat(decision.reason()).contains("a guard tripped: unscored: version less champion in [");
    assertThat(decision.evidence()).hasSize(2);
    assertThat(decision.evidence().get(0)).contains("of 500 vectors", "champion: 0 of 500");
  }

  @Test
  void aVersionBeyondTheMarginIsPassedInAtMostAlphaOfTheStreamsHoweverOftenOneLooks() {
    int streams = 200;
    int passed = 0;
    for (int seed = 0; seed < streams; seed++) {
      Random random = new Random(seed);
      StageEvidence evidence = new StageEvidence();
      boolean advanced = false;
      for (int i = 0; i < 1_500 && !advanced; i++) {
        evidence.add(of(false, random.nextDouble() >= 0.001));
        evidence.add(of(true, random.nextDouble() >= 0.022));
        Next next = StageDecision.next(withoutLeast(UNSCORED), LONG, evidence);
        advanced = next == Next.ADVANCE;
        if (next == Next.BACK) {
          break;
        }
      }
      passed += advanced ? 1 : 0;
    }
    assertThat(passed).isLessThanOrEqualTo((int) (streams * UNSCORED.getAlpha()));
  }

  private static RolloutStage withoutLeast(RolloutGuard... guards) {
    return stage(0, guards);
  }

  @Test
  void noStageIsPassedWithoutAVector() {
    for (RolloutGuard[] guards : new RolloutGuard[][] {{}, {ROW}}) {
      assertThat(StageDecision.of(withoutLeast(guards), LONG, new StageEvidence()).next())
          .isEqualTo(Next.WAIT);
    }
  }

  @Test
  void aVersionAtTheMarginGoesBackInAtMostAlphaOfTheStreamsHoweverOftenOneLooks() {
    int streams = 200;
    int back = 0;
    for (int seed = 0; seed < streams; seed++) {
      Random random = new Random(seed);
      StageEvidence evidence = new StageEvidence();
      boolean tripped = false;
      for (int i = 0; i < 1_500 && !tripped; i++) {
        evidence.add(of(false, random.nextDouble() >= 0.05));
        evidence.add(of(true, random.nextDouble() >= 0.07));
        tripped = StageDecision.next(stage(UNSCORED), Duration.ZERO, evidence) == Next.BACK;
      }
      back += tripped ? 1 : 0;
    }
    assertThat(back).isLessThanOrEqualTo((int) (streams * UNSCORED.getAlpha()));
  }

  @Test
  void whatIsNotDecidedInTimeIsInconclusive() {
    StageDecision decision =
        StageDecision.of(stage(UNSCORED), Duration.ofHours(10), vectors(100, 0, 1));

    assertThat(decision.next()).isEqualTo(Next.INCONCLUSIVE);
    assertThat(decision.reason()).startsWith("inconclusive");
  }

  @Test
  void failuresInARowEndIt() {
    StageEvidence evidence = vectors(1_000, 0, 1);
    for (int i = 0; i < 4; i++) {
      evidence.add(of(true, false));
    }
    evidence.add(of(true, true));
    assertThat(StageDecision.of(stage(ROW), LONG, evidence).next()).isEqualTo(Next.ADVANCE);
    for (int i = 0; i < 5; i++) {
      evidence.add(of(true, false));
    }
    evidence.add(of(true, true));
    assertThat(StageDecision.of(stage(ROW), LONG, evidence).next()).isEqualTo(Next.BACK);
  }

  @Test
  void failuresInARowEndItWhereTheChampionIsLeftOut() {
    StageEvidence evidence = vectors(1_000, 0, 1);
    for (int i = 0; i < 4; i++) {
      evidence.add(leftOut(true, false));
    }
    evidence.add(leftOut(true, true));
    evidence.add(leftOut(false, false));
    assertThat(evidence.finding(ROW).verdict()).isEqualTo(Verdict.PASSED);
    for (int i = 0; i < 5; i++) {
      evidence.add(leftOut(true, false));
    }

    assertThat(evidence.finding(ROW).verdict()).isEqualTo(Verdict.TRIPPED);
    assertThat(evidence.counts())
        .as("they are held against nothing")
        .startsWith("version: 0 of 1000 vectors")
        .endsWith("; 11 left out, since others waited");
  }

  @Test
  void aVersionThatIsSlowerThanTheMarginGoesBack() {
    StageEvidence evidence = new StageEvidence();
    for (int i = 0; i < 500; i++) {
      evidence.add(new RolloutObservation("fraud", 3L, false, 0.5, false, null, null, null, false));
      evidence.add(
          new RolloutObservation("fraud", 3L, true, 0.5, i % 5 == 0, null, null, null, false));
    }
    StageDecision decision = StageDecision.of(stage(LATENCY), Duration.ZERO, evidence);

    assertThat(decision.next()).isEqualTo(Next.BACK);
    assertThat(decision.reason()).contains("latency: version less champion in [");
  }

  @Test
  void otherScoresEndIt() {
    StageEvidence alike = new StageEvidence();
    StageEvidence other = new StageEvidence();
    Random random = new Random(1);
    for (int i = 0; i < 3_000; i++) {
      for (StageEvidence one : List.of(alike, other)) {
        one.add(score(false, random.nextDouble()));
      }
      alike.add(score(true, random.nextDouble()));
      other.add(score(true, random.nextDouble() / 2));
    }
    assertThat(StageDecision.of(stage(SCORES), LONG, alike).next()).isEqualTo(Next.ADVANCE);
    assertThat(StageDecision.of(stage(SCORES), LONG, other).next()).isEqualTo(Next.BACK);
  }

  private static RolloutObservation cost(@Nullable Double version, @Nullable Double champion) {
    return new RolloutObservation(
        "fraud", 3L, version != null, null, null, null, version, champion, false);
  }

  private static RolloutStage withLabels(long labels) {
    return stage(0, labels, BRIER, LOSS);
  }

  @Test
  void aStageThatGoesByLabelsWaitsForThemAndIsPassedOrNotByWhatTheScoresCost() {
    StageEvidence waiting = vectors(5_000, 0, 1);
    StageEvidence alike = vectors(5_000, 0, 1);
    StageEvidence worse = vectors(5_000, 0, 1);
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      double hard = random.nextDouble() < 0.3 ? 0.8 : 0.1;
      alike.add(cost(hard + random.nextGaussian() / 100, hard));
      worse.add(cost(hard + 0.05, hard));
    }

    assertThat(StageDecision.of(withLabels(0), LONG, waiting).next()).isEqualTo(Next.WAIT);
    assertThat(StageDecision.of(withLabels(2_001), LONG, alike).next()).isEqualTo(Next.WAIT);
    StageDecision passed = StageDecision.of(withLabels(2_000), LONG, alike);
    assertThat(passed.next()).isEqualTo(Next.ADVANCE);
    assertThat(passed.evidence().get(1))
        .matches("version: mean 0\\.3\\d+ of 2000 scores with a label; champion: mean .* of 2000");
    StageDecision back = StageDecision.of(withLabels(0), Duration.ZERO, worse);
    assertThat(back.next()).isEqualTo(Next.BACK);
    assertThat(back.reason()).startsWith("a guard tripped: loss: version less champion in [");
  }

  @Test
  void theSameVectorsSayMoreThanOthers() {
    StageEvidence same = new StageEvidence();
    StageEvidence others = new StageEvidence();
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      double hard = random.nextDouble();
      same.add(cost(hard, hard));
      others.add(cost(hard, null));
      others.add(cost(null, random.nextDouble()));
    }
    assertThat(same.verdict(LOSS)).isEqualTo(Verdict.PASSED);
    assertThat(others.verdict(LOSS)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void aVersionWhoseScoresCostTheMarginMoreGoesBackInAtMostAlphaOfTheStreams() {
    int streams = 200;
    int pairs = 0;
    int apart = 0;
    for (int seed = 0; seed < streams; seed++) {
      Random random = new Random(seed);
      StageEvidence same = new StageEvidence();
      StageEvidence others = new StageEvidence();
      boolean pairsTripped = false;
      boolean apartTripped = false;
      for (int i = 0; i < 1_500; i++) {
        // Wrong decisions: 10 % of the champion's, 12 % of the version's, mostly the same ones.
        double hard = random.nextDouble();
        same.add(cost(hard < 0.12 ? 1.0 : 0, hard < 0.1 ? 1.0 : 0));
        others.add(cost(hard < 0.12 ? 1.0 : 0, null));
        others.add(cost(null, random.nextDouble() < 0.1 ? 1.0 : 0));
        if (i % 10 == 0) {
          pairsTripped |= same.verdict(LOSS) == Verdict.TRIPPED;
          apartTripped |= others.verdict(LOSS) == Verdict.TRIPPED;
        }
      }
      pairs += pairsTripped ? 1 : 0;
      apart += apartTripped ? 1 : 0;
    }
    assertThat(pairs).isLessThanOrEqualTo((int) (streams * LOSS.getAlpha()));
    assertThat(apart).isLessThanOrEqualTo((int) (streams * LOSS.getAlpha()));
  }

  @Test
  void evidenceThatWasWrittenGoesOnAsItWas() {
    StageEvidence evidence = vectors(500, 0.01, 1);
    Map<Integer, long[]> places = new HashMap<>();
    Random random = new Random(2);
    for (int i = 0; i < 100; i++) {
      evidence.add(score(false, random.nextGaussian()));
      evidence.add(score(true, random.nextGaussian()));
      evidence.drainChanged(
          (place, champion, candidate) -> places.put(place, new long[] {champion, candidate}));
    }
    evidence.add(score(false, 1));
    evidence.add(of(true, false));
    evidence.add(cost(0.5, 0.25));
    evidence.add(cost(0.75, null));
    evidence.add(new RolloutObservation("fraud", 3L, false, null, null, null, null, null, true));
    assertThat(evidence.counts()).endsWith("; 1 left out, since others waited");

    StageEvidence read = StageEvidence.read(evidence.bytes());
    places.forEach((place, counts) -> read.put(place, counts[0], counts[1]));
    read.add(score(true, 2));
    evidence.add(score(true, 2));

    assertThat(read.bytes()).isEqualTo(evidence.bytes());
    assertThat(StageDecision.of(stage(UNSCORED, SCORES, ROW, LOSS), LONG, read))
        .isEqualTo(StageDecision.of(stage(UNSCORED, SCORES, ROW, LOSS), LONG, evidence));
    byte[] bytes = evidence.bytes();
    int added = (6 * 6 + 1) * Double.BYTES;
    StageEvidence earlier = StageEvidence.read(Arrays.copyOf(bytes, bytes.length - added));
    assertThat(earlier.labels()).as("of a release that kept no losses").isZero();
    assertThat(evidence.counts()).startsWith(earlier.counts() + ";");
  }
}

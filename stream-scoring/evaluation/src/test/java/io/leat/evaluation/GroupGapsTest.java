package io.leat.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.testing.soak.Soak;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupGapsTest {
  private static final int SAMPLES = Soak.times(400, 4_000);

  private final Random random = new Random(Soak.seed());

  /**
   * @param counts of each group, its rows and of how many it holds
   */
  private static GroupGaps gaps(int[]... counts) {
    int rows = Arrays.stream(counts).mapToInt(count -> count[0]).sum();
    boolean[] holds = new boolean[rows];
    int[] groups = new int[rows];
    int row = 0;
    for (int group = 0; group < counts.length; group++) {
      for (int i = 0; i < counts[group][0]; i++) {
        holds[row] = i < counts[group][1];
        groups[row++] = group;
      }
    }
    return new GroupGaps(holds, groups, counts.length, IntStream.range(0, rows).toArray());
  }

  private static boolean[] all(int rows) {
    boolean[] all = new boolean[rows];
    Arrays.fill(all, true);
    return all;
  }

  @Test
  void theGapAndTheRatioAreOfTheSharesThatLieFarthestApart() {
    GroupGaps given = gaps(new int[] {200, 40}, new int[] {100, 30}, new int[] {100, 25});

    assertThat(given.gap(List.of(all(400))).value()).isEqualTo(0.1, within(1e-12));
    assertThat(given.ratio().value()).isEqualTo(2.0 / 3, within(1e-12));
  }

  @Test
  void ofTwoGroupsTheGapHasTheIntervalOfADifferenceOfShares() {
    Estimate found = gaps(new int[] {200, 40}, new int[] {200, 100}).gap(List.of(all(400)));

    double error = Math.sqrt(0.2 * 0.8 / 200 + 0.5 * 0.5 / 200);
    assertThat(found.low()).isEqualTo(0.3 - 1.96 * error, within(0.002));
    assertThat(found.high()).isEqualTo(0.3 + 1.96 * error, within(0.002));
  }

  @Test
  void ofTwoGroupsTheRatioHasTheIntervalOfAQuotientOfShares() {
    Estimate found = gaps(new int[] {200, 40}, new int[] {200, 100}).ratio();

    double error = Math.sqrt(0.8 / 0.2 / 200 + 0.5 / 0.5 / 200); // Katz and others, 1978
    assertThat(found.value()).isEqualTo(0.4, within(1e-12));
    assertThat(found.low()).isEqualTo(0.4 * Math.exp(-1.96 * error), within(0.003));
    assertThat(found.high()).isEqualTo(0.4 * Math.exp(1.96 * error), within(0.003));
  }

  @Test
  void theLargerOfTwoFamiliesIsTheGap() {
    boolean[] holds = new boolean[400];
    boolean[] truths = new boolean[400];
    boolean[] others = new boolean[400];
    int[] groups = new int[400];
    for (int i = 0; i < 400; i++) {
      groups[i] = i % 2;
      truths[i] = i % 4 < 2;
      others[i] = !truths[i];
      holds[i] = truths[i] && (groups[i] == 1 || i % 8 == 0); // of all of 1, of half of 0
    }
    GroupGaps given = new GroupGaps(holds, groups, 2, IntStream.range(0, 400).toArray());

    assertThat(given.gap(List.of(others)).value()).isZero();
    assertThat(given.gap(List.of(truths, others)).value())
        .isEqualTo(given.gap(List.of(truths)).value())
        .isEqualTo(0.5, within(1e-12));
  }

  @Test
  void aGroupOfWhichItNeverHoldsHasAnInterval() {
    GroupGaps given = gaps(new int[] {100, 0}, new int[] {100, 0});

    Estimate gap = given.gap(List.of(all(200)));
    assertThat(gap.value()).isZero();
    assertThat(gap.high()).isBetween(0.02, 0.08);
    assertThat(given.ratio()).isEqualTo(Estimate.NONE);
    Estimate ratio = gaps(new int[] {100, 0}, new int[] {100, 50}).ratio();
    assertThat(ratio).isEqualTo(new Estimate(0, Double.NaN, Double.NaN));
  }

  @Test
  void fewRowsOrOneGroupHaveNoGap() {
    assertThat(gaps(new int[] {100, 10}).gap(List.of(all(100)))).isEqualTo(Estimate.NONE);
    assertThat(gaps(new int[] {100, 10}, new int[] {9, 3}).gap(List.of(all(109))))
        .isEqualTo(Estimate.NONE);
    assertThat(gaps(new int[] {100, 10}, new int[] {9, 3}).ratio()).isEqualTo(Estimate.NONE);
  }

  /** A card pays in both groups, and what is decided of it in one is not in the other. */
  @Test
  void whatHangsTogetherAcrossGroupsCountsInTheirDifference() {
    int rows = 1_200;
    boolean[] holds = new boolean[rows];
    int[] groups = new int[rows];
    int[] clusters = new int[rows];
    for (int i = 0; i < rows; i++) {
      clusters[i] = i % 200;
      groups[i] = i / 200 % 3;
      boolean habit = clusters[i] < 80;
      holds[i] = groups[i] == 1 ? !habit : habit;
    }
    double[] deviations = new double[rows];
    for (int i = 0; i < rows; i++) {
      double share = groups[i] == 1 ? 0.6 : 0.4;
      double deviation = ((holds[i] ? 1 : 0) - share) / 400;
      deviations[i] = groups[i] == 2 ? 0 : groups[i] == 0 ? deviation : -deviation;
    }
    double error = ClusteredMean.standardErrorOfSum(deviations, clusters);
    double level = 2.3940; // of 0.05 / 3 on both sides

    Estimate gap = new GroupGaps(holds, groups, 3, clusters).gap(List.of(all(rows)));

    assertThat(gap.high()).isEqualTo(0.2 + level * error, within(1e-4));
    assertThat(error).isGreaterThan(1.5 * Math.sqrt(2 * 0.4 * 0.6 / 400)); // than of rows alone
  }

  /** Five groups of cards, whose payments are decided on alike; all pairs but one are equal. */
  @Test
  void intervalsHoldTheTruthWhereRowsOfAnEntityHangTogether() {
    double[] shares = {0.2, 0.2, 0.2, 0.2, 0.3};
    int held = 0;
    int ratioHeld = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      int cards = 500;
      int each = 6;
      boolean[] holds = new boolean[cards * each];
      int[] groups = new int[holds.length];
      int[] clusters = new int[holds.length];
      for (int card = 0; card < cards; card++) {
        int group = card % shares.length;
        boolean habit = random.nextDouble() < shares[group];
        for (int i = each * card; i < each * (card + 1); i++) {
          groups[i] = group;
          clusters[i] = card;
          holds[i] = random.nextDouble() < 0.7 ? habit : random.nextDouble() < shares[group];
        }
      }
      GroupGaps given = new GroupGaps(holds, groups, shares.length, clusters);
      Estimate gap = given.gap(List.of(all(holds.length)));
      held += gap.low() <= 0.1 && 0.1 <= gap.high() ? 1 : 0;
      Estimate ratio = given.ratio();
      ratioHeld += ratio.low() <= 2.0 / 3 && 2.0 / 3 <= ratio.high() ? 1 : 0;
    }
    double least = 0.95 - 4 * Math.sqrt(0.95 * 0.05 / SAMPLES);
    assertThat((double) held / SAMPLES).isGreaterThan(least);
    assertThat((double) ratioHeld / SAMPLES).isGreaterThan(least);
  }
}

package io.leat.drift.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seeds are fixed. */
class EvidenceTest {
  private static final long DAY = 24 * 3_600_000L;

  private static WindowSeries series(int windows, IntToDoubleFunction value) {
    WindowSeries.Builder series = new WindowSeries.Builder();
    for (int i = 0; i < windows; i++) {
      series.add(i, value.applyAsDouble(i));
    }
    return series.build();
  }

  private static Dependence.Finding exchangeable(WindowSeries series) {
    return new Dependence.Finding(Guarantee.EXCHANGEABLE, 1, 1, 1, series);
  }

  @Test
  void aBetHasAMeanOfOneOverAllRanks() {
    int steps = 1_000_000;
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      sum += Bets.of((i + 0.5) / steps);
    }

    assertThat(sum / steps).isCloseTo(1, within(1e-9));
  }

  @Test
  void aSmallerRankNeverPaysLess() {
    double before = Double.POSITIVE_INFINITY;
    for (int i = 1; i <= 1000; i++) {
      double pays = Bets.of(i / 1000.0);
      assertThat(pays).isPositive().isLessThanOrEqualTo(before);
      before = pays;
    }
  }

  /** The mean over streams of M - t is at most 0, at any t: here at the end. */
  @Test
  void theMeanOfADetectorIsTheWindowsPassedAtMost() {
    Random random = new Random(11);
    int streams = 40_000;
    int windows = 3;
    double sum = 0;
    for (int i = 0; i < streams; i++) {
      Dependence.Finding reference = exchangeable(series(30, w -> random.nextGaussian()));
      StreamEvidence evidence = new StreamEvidence();
      for (int w = 0; w < windows; w++) {
        evidence.add(
            reference, 30 + w, (float) random.nextGaussian(), 1 - random.nextDouble(), true);
      }
      sum += evidence.value();
    }

    assertThat(sum / streams).isCloseTo(windows, within(0.35));
  }

  @ParameterizedTest(name = "to the power {0}, with room for {1}")
  @CsvSource({
    "1, 1.01",
    "1, 1.5",
    "1, 2.9",
    "1, 5.8",
    "1, 12.8",
    "1, 1000",
    "0.5, 1.2",
    "0.5, 3",
    "0.2, 1.1"
  })
  void whatABetPaysTowardsAnAlarmHasTheMeanItHadAndNothingBeyond(double power, double room) {
    int steps = 100_000;
    double sum = 0;
    double plain = 0;
    double before = room;
    for (int i = 0; i < steps; i++) {
      double pays = Bets.towards((i + 0.5) / steps, power, room);
      assertThat(pays).isPositive().isLessThanOrEqualTo(before);
      before = pays;
      sum += pays;
      plain += Math.pow(Bets.of((i + 0.5) / steps), power);
    }

    assertThat(sum / steps).isCloseTo(plain / steps, within(1e-9));
  }

  /** What is won beyond the alarm is of no use: the promise is kept, and nearly used up. */
  @Test
  void aStreamOfExchangeableWindowsAlarmsOnceInAsManyWindowsAsItMayAndNoMore() {
    Random random = new Random(13);
    double alarmAt = 30;
    int alarms = 0;
    int windows = 300;
    int streams = 1_000;
    for (int i = 0; i < streams; i++) {
      Dependence.Finding reference = exchangeable(series(30, w -> random.nextGaussian()));
      StreamEvidence evidence = new StreamEvidence();
      for (int w = 0; w < windows; w++) {
        float value = (float) random.nextGaussian();
        evidence.add(reference, 30 + w, value, 1 - random.nextDouble(), true, alarmAt);
        if (evidence.value() >= alarmAt) {
          evidence.forget();
          alarms++;
        }
      }
    }

    assertThat((double) windows * streams / alarms).isBetween(alarmAt, 1.4 * alarmAt);
  }

  @Test
  void nothingIsRaisedForWindowsThatOnlyMergingMakesAlike() {
    WindowSeries values = series(30, w -> w);
    Dependence.Finding merged = new Dependence.Finding(Guarantee.MERGED, 1, 2, 1, values);
    StreamEvidence evidence = new StreamEvidence();

    evidence.add(merged, 30, 50, 0.1, true, 2.5);

    assertThat(evidence.value()).isEqualTo(2 * Bets.of(0.1 / 31));
  }

  @Test
  void aWindowLikeAllOthersIsRankedAmongItsTiesByTheDraw() {
    Dependence.Finding constant = exchangeable(series(99, w -> 0));

    assertThat(afterOne(constant, 0, 0.01)).isEqualTo(Bets.of(0.01));
    assertThat(afterOne(constant, 0, 1)).isEqualTo(Bets.of(1));
    assertThat(afterOne(constant, 0.5f, 1)).isEqualTo(Bets.of(0.01));
  }

  private static double afterOne(Dependence.Finding reference, float value, double tie) {
    StreamEvidence evidence = new StreamEvidence();
    evidence.add(reference, 1_000, value, tie, true);
    return evidence.value();
  }

  @Test
  void aSeasonIsRankedAmongItsOwn() {
    WindowSeries weekends = series(7 * 20, w -> w % 7 >= 5 ? 10 + w / 1000.0 : w / 1000.0);
    Dependence.Finding seasonal = new Dependence.Finding(Guarantee.SEASONAL, 7, 1, 1, weekends);

    StreamEvidence weekday = new StreamEvidence();
    weekday.add(seasonal, 7 * 30, 5f, 1, true);
    StreamEvidence weekend = new StreamEvidence();
    weekend.add(seasonal, 7 * 30 + 5, 5f, 1, true);

    assertThat(weekday.value()).as("none of 20 Mondays was as far").isEqualTo(Bets.of(1 / 21.0));
    assertThat(weekend.value()).as("all of 20 Saturdays were").isEqualTo(Bets.of(1));
  }

  @Test
  void whatIsWrittenIsReadAsItWas() {
    Dependence.Finding reference = exchangeable(series(40, Math::sin));
    StreamEvidence evidence = new StreamEvidence();
    for (int w = 0; w < 50; w++) {
      evidence.add(reference, 40 + 3L * w, (float) Math.cos(w), 0.5, w % 5 != 0);
    }
    StreamEvidence read = StreamEvidence.read(evidence.toBytes());

    assertThat(read.toBytes()).isEqualTo(evidence.toBytes());
    assertThat(read.cleanWindows()).isEqualTo(40);
    evidence.add(reference, 500, 0.3f, 0.5, true);
    read.add(reference, 500, 0.3f, 0.5, true);
    assertThat(read.value()).isEqualTo(evidence.value());
  }

  @ParameterizedTest(name = "reference of {0} windows: {1} clean ones")
  @CsvSource({"30, 512", "365, 512", "1000, 1000", "8760, 4096"})
  void noMoreWindowsAreKeptThanMayBeRanked(int windows, int most) {
    Dependence.Finding reference = exchangeable(series(windows, Math::sin));
    StreamEvidence evidence = new StreamEvidence();
    for (int w = 0; w < most + 50; w++) {
      evidence.add(reference, windows + w, w, 1, true);
    }

    assertThat(evidence.cleanWindows()).isEqualTo(most);
    assertThat(evidence.toBytes()).hasSizeLessThan(6 * most);
    evidence.add(reference, 10_000, 60, 1, false);
    assertThat(StreamEvidence.read(evidence.toBytes()).value()).isFinite().isPositive();
  }

  @ParameterizedTest(name = "{0} windows, autocorrelation {1}, season {2}: {3}")
  @CsvSource({
    "19, 0, 0, NONE",
    "60, 0, 0, EXCHANGEABLE",
    "400, 0, 0, EXCHANGEABLE",
    "140, 0, 3, SEASONAL",
    "700, 0.4, 0, MERGED",
    "40, 0.9, 0, NONE",
    "400, 0.995, 0, NONE"
  })
  void whatHoldsOfAReferenceIsFound(
      int windows, double autocorrelation, double season, Guarantee expected) {
    Random random = new Random(3);
    double[] level = {random.nextGaussian()};
    List<Double> values = new ArrayList<>();
    for (int w = 0; w < windows; w++) {
      level[0] =
          autocorrelation * level[0]
              + Math.sqrt(1 - autocorrelation * autocorrelation) * random.nextGaussian();
      values.add(level[0] + (w % 7 == 6 ? season : 0));
    }

    Dependence.Finding finding =
        Dependence.of(
            alike(series(windows, values::get)),
            DAY,
            factor ->
                alike(
                    series(
                        windows / factor,
                        group ->
                            values.subList(group * factor, (group + 1) * factor).stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow())));

    assertThat(finding.guarantee()).isEqualTo(expected);
    assertThat(finding.merged() > 1).isEqualTo(expected == Guarantee.MERGED);
    assertThat(finding.seasons() > 1).isEqualTo(expected == Guarantee.SEASONAL);
    assertThat(finding.series().size()).isEqualTo(windows / finding.merged());
  }

  /** Levels that were shuffled, so that the statistic alone tells. */
  private static Dependence.Windows alike(WindowSeries statistic) {
    Random random = new Random(statistic.size());
    return new Dependence.Windows(statistic, series(statistic.size(), w -> random.nextGaussian()));
  }

  /** 300 references of 30 windows: a distance is as great above as below, and hides the chain. */
  @ParameterizedTest(name = "autocorrelation of levels {0}: none for {1} to {2} of 300")
  @CsvSource({"0, 0, 45", "0.26, 0, 100", "0.72, 250, 300", "0.93, 290, 300"})
  void aChainThatTheStatisticHidesIsSeenInTheLevels(double chain, int least, int most) {
    Random random = new Random(7);
    int none = 0;
    for (int reference = 0; reference < 300; reference++) {
      double[] levels = new double[30];
      double level = random.nextGaussian();
      for (int w = 0; w < levels.length; w++) {
        level = chain * level + Math.sqrt(1 - chain * chain) * random.nextGaussian();
        levels[w] = level;
      }
      Dependence.Windows windows =
          new Dependence.Windows(
              series(30, w -> Math.abs(levels[w]) + random.nextGaussian()),
              series(30, w -> levels[w]));
      none += Dependence.of(windows, DAY, factor -> windows).guarantee() == Guarantee.NONE ? 1 : 0;
    }

    assertThat(none).isBetween(least, most);
  }
}

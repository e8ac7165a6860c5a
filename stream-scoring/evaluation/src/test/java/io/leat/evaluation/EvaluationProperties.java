package io.leat.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of every figure, whatever the rows. */
class EvaluationProperties {
  private static final double CLOSE = 1e-9;

  /** Rows with many ties, in few clusters, of which some have one row. */
  private record Rows(double[] scores, double[] others, boolean[] labels, int[] clusters) {
    static Rows random(long seed, int rows) {
      Random random = new Random(seed);
      Rows made = new Rows(new double[rows], new double[rows], new boolean[rows], new int[rows]);
      for (int i = 0; i < rows; i++) {
        made.scores[i] = random.nextInt(11) / 10.0;
        made.others[i] = random.nextInt(11) / 10.0;
        made.labels[i] = random.nextDouble() < made.scores[i];
        made.clusters[i] = random.nextInt(1 + rows / 2);
      }
      return made;
    }

    Rows shuffled(long seed) {
      List<Integer> order = new ArrayList<>(IntStream.range(0, labels.length).boxed().toList());
      Collections.shuffle(order, new Random(seed));
      Rows made =
          new Rows(
              new double[labels.length],
              new double[labels.length],
              new boolean[labels.length],
              new int[labels.length]);
      for (int i = 0; i < labels.length; i++) {
        made.scores[i] = scores[order.get(i)];
        made.others[i] = others[order.get(i)];
        made.labels[i] = labels[order.get(i)];
        made.clusters[i] = clusters[order.get(i)];
      }
      return made;
    }

    long clustersOf(boolean label) {
      return IntStream.range(0, labels.length)
          .filter(i -> labels[i] == label)
          .map(i -> clusters[i])
          .distinct()
          .count();
    }

    Performance.Pair pair() {
      return Performance.pair(scores, others, labels, clusters);
    }
  }

  @Property
  void theOrderOfRowsHasNoBearing(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int rows) {
    Rows given = Rows.random(seed, rows);

    List<Double> shuffled = figures(given.shuffled(seed + 1).pair());

    assertThat(shuffled)
        .usingElementComparator(EvaluationProperties::compare)
        .containsExactlyElementsOf(figures(given.pair()));
  }

  @Property
  void ofEqualModelsEveryDifferenceIsNothingForSure(
      @ForAll long seed, @ForAll @IntRange(min = 20, max = 60) int rows) {
    Rows given = Rows.random(seed, rows);
    Performance.Pair pair =
        Performance.pair(given.scores, given.scores, given.labels, given.clusters);

    if (given.clustersOf(true) > 1 && given.clustersOf(false) > 1) {
      assertThat(pair.auc()).isEqualTo(new Estimate(0, 0, 0));
    }
    assertThat(pair.logLoss()).contains(new Estimate(0, 0, 0));
    assertThat(pair.brier()).contains(new Estimate(0, 0, 0));
  }

  @Property
  void theAreaIsTheShareOfPairsInOrderWithTiesCountingHalf(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int rows) {
    Rows given = Rows.random(seed, rows);
    double right = 0;
    long pairs = 0;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        if (given.labels[i] && !given.labels[j]) {
          pairs++;
          right += given.scores[i] > given.scores[j] ? 1 : 0;
          right += given.scores[i] == given.scores[j] ? 0.5 : 0;
        }
      }
    }

    double area = Auc.of(given.scores, given.labels);

    if (pairs == 0) {
      assertThat(area).isNaN();
    } else {
      assertThat(area).isCloseTo(right / pairs, within(CLOSE));
      assertThat(Auc.of(negated(given.scores), given.labels)).isCloseTo(1 - area, within(CLOSE));
    }
  }

  @Property
  void swappedModelsHaveTheNegatedDifference(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int rows) {
    Rows given = Rows.random(seed, rows);
    Performance.Pair pair = given.pair();
    Performance.Pair swapped =
        Performance.pair(given.others, given.scores, given.labels, given.clusters);

    for (List<Estimate> one :
        List.of(
            List.of(pair.auc(), swapped.auc()),
            List.of(pair.logLoss().orElseThrow(), swapped.logLoss().orElseThrow()))) {
      assertThat(compare(one.get(0).value(), -one.get(1).value())).isZero();
      assertThat(compare(one.get(0).low(), -one.get(1).high())).isZero();
    }
  }

  @Property
  void binsHaveEachRowOnceAndEqualProbabilitiesTogether(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int rows) {
    Rows given = Rows.random(seed, rows);

    Calibration calibration = Calibration.of(given.scores, given.labels);

    assertThat(calibration.bins().stream().mapToInt(Calibration.Bin::rows).sum()).isEqualTo(rows);
    assertThat(calibration.bins())
        .extracting(Calibration.Bin::probability)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(calibration.error()).isBetween(0.0, 1.0);
  }

  @Property
  void whereTheVersionDecidesAllByNecessityTheEstimatesAreThePlainMean(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int rows) {
    Rows given = Rows.random(seed, rows);
    double[] ones = new double[rows];
    boolean[] all = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      ones[i] = 1;
      all[i] = true;
    }

    OffPolicy off = OffPolicy.of(given.scores, ones, all, given.clusters);

    assertThat(off.hasChoice()).isFalse();
    assertThat(off.effectiveRows()).isCloseTo(rows, within(CLOSE));
    assertThat(compare(off.ips().value(), off.logged().value())).isZero();
    assertThat(compare(off.selfNormalised().value(), off.logged().value())).isZero();
    assertThat(compare(off.selfNormalised().low(), off.logged().low())).isZero();
  }

  private static double[] negated(double[] scores) {
    return Arrays.stream(scores).map(score -> -score).toArray();
  }

  private static List<Double> figures(Performance.Pair pair) {
    List<Double> figures = new ArrayList<>();
    for (Estimate one :
        List.of(
            pair.auc(),
            pair.baseline().auc(),
            pair.logLoss().orElseThrow(),
            pair.brier().orElseThrow())) {
      figures.addAll(List.of(one.value(), one.low(), one.high()));
    }
    Calibration calibration = pair.candidate().probabilities().orElseThrow().calibration();
    figures.addAll(List.of(calibration.error(), calibration.slope(), calibration.intercept()));
    return figures;
  }

  private static int compare(double one, double other) {
    boolean same =
        Math.abs(one - other) <= CLOSE * Math.max(1, Math.abs(one))
            || Double.isNaN(one) && Double.isNaN(other);
    return same ? 0 : Double.compare(one, other);
  }
}

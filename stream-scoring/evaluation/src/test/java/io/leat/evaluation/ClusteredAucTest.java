package io.leat.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.testing.soak.Soak;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Areas of entities that have many rows each, which hang together. Scores are a normal law a
 * distance apart for true labels, so that the area is known: {@code Phi(distance / sqrt 2)}.
 */
class ClusteredAucTest {
  private static final double DISTANCE = 1.5;
  private static final double AREA = 0.8555778168267576;
  private static final int EACH = 12;
  private static final int SAMPLES = Soak.times(300, 3_000);

  private final Random random = new Random(Soak.seed());

  private record Rows(double[] scores, double[] others, boolean[] labels, int[] clusters) {
    Rows(int rows) {
      this(new double[rows], new double[rows], new boolean[rows], new int[rows]);
    }
  }

  /**
   * @param alike share of rows that have their entity's label; the others' is the other
   */
  private Rows draw(int entities, double alike) {
    Rows rows = new Rows(EACH * entities);
    for (int entity = 0; entity < entities; entity++) {
      boolean label = random.nextDouble() < 0.3;
      double shared = random.nextGaussian();
      double other = random.nextGaussian();
      for (int i = EACH * entity; i < EACH * (entity + 1); i++) {
        rows.clusters[i] = entity;
        rows.labels[i] = (random.nextDouble() < alike) == label;
        double of = (rows.labels[i] ? DISTANCE : 0) + 0.8 * shared;
        rows.scores[i] = of + 0.6 * random.nextGaussian();
        rows.others[i] = of + 0.5 * other + 0.33166 * random.nextGaussian();
      }
    }
    return rows;
  }

  private static boolean holds(Estimate estimate, double truth) {
    return estimate.low() <= truth && truth <= estimate.high();
  }

  @Test
  void intervalsHoldTheTruthThatThoseOfSingleRowsMiss() {
    int clustered = 0;
    int ofRows = 0;
    int ofDifferences = 0;
    int ofDifferencesOfRows = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      Rows rows = draw(150, 1);
      clustered += holds(Auc.estimate(rows.scores, rows.labels, rows.clusters), AREA) ? 1 : 0;
      ofRows += holds(Auc.estimate(rows.scores, rows.labels), AREA) ? 1 : 0;
      Auc.Pair pair = Auc.pair(rows.scores, rows.others, rows.labels, rows.clusters);
      ofDifferences += holds(pair.difference(), 0) ? 1 : 0;
      Auc.Pair alone = Auc.pair(rows.scores, rows.others, rows.labels);
      ofDifferencesOfRows += holds(alone.difference(), 0) ? 1 : 0;
    }
    // Four standard deviations of the share of intervals at 95 %.
    double least = 0.95 - 4 * Math.sqrt(0.95 * 0.05 / SAMPLES);
    assertThat((double) clustered / SAMPLES).isGreaterThan(least);
    assertThat((double) ofDifferences / SAMPLES).isGreaterThan(least);
    assertThat((double) ofRows / SAMPLES).isLessThan(0.7);
    assertThat((double) ofDifferencesOfRows / SAMPLES).isLessThan(0.8);
  }

  /** Entities with rows of both labels: what these share cancels in part. */
  @Test
  void theStandardErrorIsThatOfDrawingEntitiesAgain() {
    Rows rows = draw(200, 0.8);
    double found = Auc.estimate(rows.scores, rows.labels, rows.clusters).standardError();
    double difference =
        Auc.pair(rows.scores, rows.others, rows.labels, rows.clusters).difference().standardError();
    int times = 400;
    double[] areas = new double[times];
    double[] differences = new double[times];
    for (int sample = 0; sample < times; sample++) {
      int[] drawn =
          IntStream.range(0, 200)
              .map(any -> random.nextInt(200))
              .flatMap(entity -> IntStream.range(EACH * entity, EACH * (entity + 1)))
              .toArray();
      Rows again = new Rows(drawn.length);
      for (int i = 0; i < drawn.length; i++) {
        again.scores[i] = rows.scores[drawn[i]];
        again.others[i] = rows.others[drawn[i]];
        again.labels[i] = rows.labels[drawn[i]];
      }
      areas[sample] = Auc.of(again.scores, again.labels);
      differences[sample] = Auc.of(again.others, again.labels) - areas[sample];
    }
    // Of 400 samples the deviation itself is known to 3.5 %.
    assertThat(found / deviation(areas)).isEqualTo(1, within(0.15));
    assertThat(difference / deviation(differences)).isEqualTo(1, within(0.15));
  }

  private static double deviation(double[] values) {
    double mean = IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElse(0);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }

  @Test
  void oneEntityOfALabelHasNoInterval() {
    Estimate found =
        Auc.estimate(
            new double[] {0.9, 0.8, 0.2, 0.1},
            new boolean[] {true, true, false, false},
            new int[] {0, 0, 1, 2});

    assertThat(found.value()).isEqualTo(1);
    assertThat(found.low()).isNaN();
  }
}

package io.leat.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.evaluation.Estimate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleTest {
  private static final double EXACT = 1e-12;

  private static Sample sample(double[] scores, double[] labels, double threshold) {
    boolean[] decided = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      decided[i] = scores[i] >= threshold;
    }
    return new Sample(
        scores, labels, decided, IntStream.range(0, scores.length).toArray(), Optional.empty());
  }

  @Test
  void figuresOfDecisionsAreSharesOfRows() {
    Map<String, Estimate> figures =
        sample(new double[] {0.9, 0.8, 0.7, 0.2, 0.1}, new double[] {1, 1, 0, 1, 0}, 0.5)
            .figures(true);
    assertThat(figures.keySet())
        .containsExactly(
            "auc", "logloss", "brier", "ece_equal_count_10", "precision", "recall", "f1");
    assertThat(figures.get("precision").value()).isEqualTo(2.0 / 3, within(EXACT));
    assertThat(figures.get("recall").value()).isEqualTo(2.0 / 3, within(EXACT));
    assertThat(figures.get("f1").value()).isEqualTo(2.0 / 3, within(EXACT));
    assertThat(figures.get("brier").value())
        .isEqualTo((0.01 + 0.04 + 0.49 + 0.64 + 0.01) / 5, within(EXACT));
    assertThat(figures.get("auc").value()).isEqualTo(5.0 / 6, within(EXACT));
    assertThat(figures.get("auc").low()).isLessThan(5.0 / 6);
  }

  /** Ten cards of ten payments, each card of one label and decided on as one. */
  @Test
  void intervalsAreOfEntities() {
    double[] scores = new double[100];
    double[] labels = new double[100];
    boolean[] decided = new boolean[100];
    int[] cards = new int[100];
    double[] costs = new double[100];
    for (int i = 0; i < 100; i++) {
      cards[i] = i / 10;
      labels[i] = cards[i] % 2;
      scores[i] = (cards[i] * 7 % 10) / 10.0;
      decided[i] = scores[i] >= 0.5;
      costs[i] = decided[i] == (labels[i] == 1) ? 0 : 1;
    }
    Map<String, Estimate> ofCards =
        new Sample(scores, labels, decided, cards, Optional.of(costs)).figures(true);
    int[] rows = IntStream.range(0, 100).toArray();
    Map<String, Estimate> ofRows =
        new Sample(scores, labels, decided, rows, Optional.of(costs)).figures(true);
    assertThat(ofCards.keySet()).endsWith("precision", "recall", "f1", "cost");
    for (String name : List.of("auc", "logloss", "brier", "precision", "recall", "f1", "cost")) {
      Estimate card = ofCards.get(name);
      Estimate row = ofRows.get(name);
      assertThat(card.value()).as(name).isEqualTo(row.value());
      assertThat(card.high() - card.low()).as(name).isGreaterThan(1.2 * (row.high() - row.low()));
    }
  }

  @Test
  void numbersAreMeasuredByTheirErrors() {
    Map<String, Estimate> figures =
        sample(new double[] {1, 2, 5}, new double[] {2, 2, 2}, 9).figures(true);
    assertThat(figures.keySet()).containsExactly("mae", "rmse");
    assertThat(figures.get("mae").value()).isEqualTo(4.0 / 3, within(EXACT));
    assertThat(figures.get("rmse").value()).isEqualTo(Math.sqrt(10.0 / 3), within(EXACT));
  }

  @Test
  void whatRowsDoNotHaveIsNotANumber() {
    Map<String, Estimate> none = sample(new double[0], new double[0], 0.5).figures(true);
    assertThat(none.values()).allSatisfy(figure -> assertThat(figure.value()).isNaN());
    Map<String, Estimate> alike = sample(new double[] {3, 4}, new double[] {1, 1}, 5).figures(true);
    assertThat(alike.keySet()).containsExactly("auc", "precision", "recall", "f1");
    assertThat(alike.get("auc").value()).isNaN();
    assertThat(alike.get("precision").value()).isNaN();
    assertThat(alike.get("recall").value()).isZero();
  }

  @Test
  void theExpectedAreaIsThatOfTheExpectedCurve() {
    Map<String, Double> figures =
        Sample.expected(
            new double[] {0.8, 0.2}, new double[] {0.8, 0.2}, new boolean[] {true, false}, true);
    assertThat(figures.get("auc")).isEqualTo(0.8, within(EXACT));
    assertThat(figures.get("brier")).isEqualTo(0.16, within(EXACT));
    assertThat(figures.get("precision")).isEqualTo(0.8, within(EXACT));
    assertThat(figures.get("recall")).isEqualTo(0.8, within(EXACT));
    assertThat(figures.get("f1")).isEqualTo(0.8, within(EXACT));
  }

  /** Labels that are drawn by the scores themselves: these are calibrated. */
  @Test
  void ofCalibratedScoresWhatIsExpectedIsWhatIsFound() {
    Random random = new Random(3);
    int rows = 50_000;
    double[] scores = new double[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      scores[i] = Math.pow(random.nextDouble(), 2);
      labels[i] = random.nextDouble() < scores[i] ? 1 : 0;
    }
    Sample sample = sample(scores, labels, 0.5);
    Map<String, Estimate> found = sample.figures(true);
    Sample.expected(scores, scores, sample.decided(), true)
        .forEach(
            (name, value) ->
                assertThat(value).as(name).isEqualTo(found.get(name).value(), within(0.01)));
  }
}

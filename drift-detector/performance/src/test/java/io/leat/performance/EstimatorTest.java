package io.leat.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.evaluation.Estimate;
import io.leat.performance.Estimator.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is estimated of rows whose labels the estimator does not see, beside what they are. */
class EstimatorTest {
  private final Random random = new Random(11);

  /**
   * Payments, some of a terminal where the score says three times as much as it should.
   *
   * @param terminal share of those
   */
  private List<Row> payments(int count, double terminal) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean isThere = random.nextDouble() < terminal;
      double score = random.nextDouble();
      boolean fraud = random.nextDouble() < (isThere ? score / 3 : score);
      float[] inputs = {isThere ? 1 : 0, (float) random.nextGaussian(), Float.NaN};
      rows.add(new Row(inputs, score, fraud ? 1 : 0));
    }
    return rows;
  }

  private static Map<String, Double> expected(List<Row> rows, DoubleUnaryOperator probability) {
    double[] scores = rows.stream().mapToDouble(Row::score).toArray();
    double[] probabilities = rows.stream().mapToDouble(Row::score).map(probability).toArray();
    return Sample.expected(scores, probabilities, decided(rows), true);
  }

  private static boolean[] decided(List<Row> rows) {
    boolean[] decided = new boolean[rows.size()];
    for (int i = 0; i < decided.length; i++) {
      decided[i] = rows.get(i).score() >= 0.5;
    }
    return decided;
  }

  private static Map<String, Estimate> found(List<Row> rows) {
    return new Sample(
            rows.stream().mapToDouble(Row::score).toArray(),
            rows.stream().mapToDouble(Row::label).toArray(),
            decided(rows),
            IntStream.range(0, rows.size()).toArray(),
            Optional.empty())
        .figures(true);
  }

  @Test
  void whereTheInputsMovePapeIsNearWhatIsFoundAndCbpeIsNot() {
    Estimator estimator = new Estimator(payments(8_000, 0.1));
    List<Row> window = payments(5_000, 0.8);

    Map<String, Double> cbpe = expected(window, estimator.calibrated());
    Map<String, Double> pape = expected(window, estimator.adapted(window).orElseThrow());

    Map<String, Estimate> found = found(window);
    for (String figure : List.of("precision", "brier", "f1")) {
      double truth = found.get(figure).value();
      assertThat(pape.get(figure)).as(figure).isEqualTo(truth, within(0.04));
      assertThat(Math.abs(cbpe.get(figure) - truth)).as(figure).isGreaterThan(0.06);
    }
  }

  @Test
  void whereNothingMovesWeightsAreAboutOneAndBothAreNearWhatIsFound() {
    Estimator estimator = new Estimator(payments(6_000, 0.3));
    List<Row> window = payments(4_000, 0.3);

    double[] weights = estimator.weights(window);
    assertThat(IntStream.range(0, 6_000).mapToDouble(i -> weights[i]).average().orElseThrow())
        .isEqualTo(1, within(0.1));
    Map<String, Estimate> found = found(window);
    expected(window, estimator.adapted(window).orElseThrow())
        .forEach(
            (figure, value) ->
                assertThat(value).as(figure).isEqualTo(found.get(figure).value(), within(0.03)));
    expected(window, estimator.calibrated())
        .forEach(
            (figure, value) ->
                assertThat(value).as(figure).isEqualTo(found.get(figure).value(), within(0.03)));
  }

  @Test
  void aCalibratedScoreIsLeftAsItIsAndAnotherIsNot() {
    DoubleUnaryOperator ofCalibrated = new Estimator(payments(8_000, 0)).calibrated();
    DoubleUnaryOperator ofOther = new Estimator(payments(8_000, 1)).calibrated();

    assertThat(ofCalibrated.applyAsDouble(0.6)).isEqualTo(0.6, within(0.05));
    assertThat(ofOther.applyAsDouble(0.6)).isEqualTo(0.2, within(0.05));
  }

  @Test
  void tooFewRowsAreNotEstimated() {
    List<Row> window = payments(1_000, 0.3);
    assertThat(new Estimator(payments(499, 0.3)).adapted(window)).isEmpty();
    assertThat(new Estimator(payments(2_000, 0.3)).adapted(payments(99, 0.3))).isEmpty();
    assertThat(new Estimator(List.of()).calibrated().applyAsDouble(0.3)).isEqualTo(0.3);
  }

  private static List<Row> with(List<Row> rows, IntToDoubleFunction input) {
    return IntStream.range(0, rows.size())
        .mapToObj(
            i -> {
              float[] inputs = rows.get(i).inputs().clone();
              inputs[1] = (float) input.applyAsDouble(i);
              return new Row(inputs, rows.get(i).score(), rows.get(i).label());
            })
        .toList();
  }

  @Test
  void aWindowThatIsMostlyUnlikeTheReferenceIsNotEstimated() {
    Estimator estimator = new Estimator(with(payments(2_000, 0), i -> i % 5));
    List<Row> alike = payments(1_000, 0);

    assertThat(estimator.adapted(with(alike, i -> i % 5))).isPresent();
    assertThat(estimator.adapted(with(alike, i -> i % 4 == 0 ? 5 : i % 5))).isPresent();
    assertThat(estimator.adapted(with(alike, i -> 5))).isEmpty(); // a sixth category
    assertThat(estimator.adapted(with(payments(1_000, 1), i -> i % 5))).isEmpty(); // always 1 now
    Estimator ofNumbers = new Estimator(payments(2_000, 0));
    assertThat(ofNumbers.adapted(alike)).isPresent();
    assertThat(ofNumbers.adapted(with(alike, i -> 10 + alike.get(i).inputs()[1]))).isEmpty();
  }

  /**
   * Forecasts whose error is as large as the load.
   *
   * @param load its mean
   */
  private List<Row> forecasts(int count, double load) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double of = load * (0.5 + random.nextDouble());
      double forecast = 100 + random.nextGaussian();
      double truth = forecast + of * random.nextGaussian();
      rows.add(new Row(new float[] {(float) of, (float) random.nextGaussian()}, forecast, truth));
    }
    return rows;
  }

  @Test
  void whereTheInputsMoveTheErrorsThatAreLearntAreNearWhatIsFound() {
    List<Row> reference = new ArrayList<>(forecasts(6_000, 1));
    reference.addAll(forecasts(2_000, 3));
    List<Row> window = forecasts(4_000, 3);

    Estimator.Errors errors = new Estimator(reference).errors(window).orElseThrow();

    double mae = java.util.Arrays.stream(errors.absolutes()).average().orElseThrow();
    double rmse = Math.sqrt(java.util.Arrays.stream(errors.squares()).average().orElseThrow());
    Map<String, Estimate> found = found(window);
    assertThat(mae).isEqualTo(found.get("mae").value(), within(0.15));
    assertThat(rmse).isEqualTo(found.get("rmse").value(), within(0.2));
    assertThat(found.get("mae").value()).isGreaterThan(1.6 * found(reference).get("mae").value());
  }

  @Test
  void errorsAreOfNumbersAlone() {
    assertThat(new Estimator(payments(2_000, 0.3)).errors(payments(200, 0.3))).isEmpty();
    assertThat(new Estimator(forecasts(499, 1)).errors(forecasts(200, 1))).isEmpty();
  }

  @Test
  void errorsOfFewRowsOrOfThoseUnlikeTheReferenceAreNotEstimated() {
    Estimator estimator = new Estimator(forecasts(2_000, 1));
    assertThat(estimator.errors(forecasts(100, 1))).isPresent();
    assertThat(estimator.errors(forecasts(99, 1))).isEmpty();
    assertThat(estimator.errors(forecasts(1_000, 10))).isEmpty();
  }
}

package io.leat.models.explanation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Contributions beside those that XGBoost, LightGBM and shap give for the models that the graphs
 * were exported from; made by interop/models/explanations.py.
 *
 * <p>The tolerance is a millionth of the row's largest number (a contribution, the base value or
 * the margin), or of 1: graphs hold leaves and thresholds as floats, whose rounding is 6e-8 each,
 * and XGBoost explains in floats.
 */
class LibraryAgreementTest {
  private static final double TOLERANCE = 1e-6;
  private static final List<String> FEATURES = List.of("a", "b", "c", "d", "e", "f");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "xgboost-binary",
        "xgboost-classes",
        "xgboost-regression",
        "lightgbm-binary",
        "lightgbm-classes",
        "lightgbm-regression",
        "forest-binary",
        "forest-classes",
        "forest-regression",
        "boosting-binary",
        "boosting-regression",
        "logistic-binary",
        "logistic-classes",
        "ridge"
      })
  void contributionsAreTheLibrarysAndAddUpToOnnxRuntimesMargin(String name) throws IOException {
    byte[] model = bytes(name + ".onnx");
    byte[] raw = Graphs.rawMargins(model);
    Explainer explainer = Explainer.of(model, FEATURES);
    double[] contributions = new double[explainer.length()];
    List<String[]> lines = lines(name + ".tsv");
    assertThat(lines).hasSize(50);
    for (String[] line : lines) {
      double[] row = numbers(line, 0, FEATURES.size());
      explainer.explain(FeatureRow.of(row), contributions);
      assertAgree(contributions, numbers(line, FEATURES.size(), line.length));

      float[] margins = Graphs.run(raw, row);
      int outputs = explainer.outputs().size();
      for (int output = 0; output < outputs; output++) {
        double sum = sum(contributions, output * (FEATURES.size() + 1), FEATURES.size() + 1);
        assertThat(sum)
            .isCloseTo(
                margins[output + margins.length - outputs],
                within(TOLERANCE * Math.max(1, largest(contributions))));
      }
    }
  }

  @Test
  void aModelOfDoublesIsExplained() throws IOException {
    Explainer explainer = Explainer.of(bytes("boosting-double.onnx"), FEATURES);
    double[] contributions = new double[explainer.length()];
    for (String[] line : lines("boosting-double.tsv")) {
      explainer.explain(FeatureRow.of(numbers(line, 0, FEATURES.size())), contributions);
      assertAgree(contributions, numbers(line, FEATURES.size(), line.length));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text-logistic", "text-boosting"})
  void whatIsMadeOfATextCountsForIt(String name) throws IOException {
    Explainer explainer =
        Explainer.of(bytes(name + ".onnx"), List.of("amount", "country", "count"));
    double[] contributions = new double[explainer.length()];
    for (String[] line : lines(name + ".tsv")) {
      FeatureRow row =
          new FeatureRow(3)
              .set(0, Double.parseDouble(line[0]))
              .set(1, line[1])
              .set(2, Double.parseDouble(line[2]));
      explainer.explain(row, contributions);
      assertAgree(contributions, numbers(line, 3, line.length));
    }
  }

  @Test
  void aBackgroundOfTheTrainingRowsGivesTheCoversThatTheGraphLacks() throws IOException {
    List<FeatureRow> background = new ArrayList<>();
    for (String[] line : lines("background-rows.tsv")) {
      background.add(FeatureRow.of(numbers(line, 0, line.length)));
    }
    Explainer explainer = Explainer.of(bytes("background.onnx"), FEATURES, background);
    assertThat(explainer.baseline()).isEqualTo(Baseline.BACKGROUND);
    double[] contributions = new double[explainer.length()];
    for (String[] line : lines("background.tsv")) {
      explainer.explain(FeatureRow.of(numbers(line, 0, FEATURES.size())), contributions);
      assertAgree(contributions, numbers(line, FEATURES.size(), line.length));
    }
  }

  private static void assertAgree(double[] contributions, double[] expected) {
    assertThat(contributions)
        .containsExactly(expected, within(TOLERANCE * Math.max(1, largest(expected))));
  }

  private static double largest(double[] numbers) {
    double largest = 0;
    for (double number : numbers) {
      largest = Math.max(largest, Math.abs(number));
    }
    return largest;
  }

  private static double sum(double[] numbers, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += numbers[i];
    }
    return sum;
  }

  private static double[] numbers(String[] cells, int from, int to) {
    double[] numbers = new double[to - from];
    for (int i = from; i < to; i++) {
      numbers[i - from] = cells[i].equals("nan") ? Double.NaN : Double.parseDouble(cells[i]);
    }
    return numbers;
  }

  private static List<String[]> lines(String name) throws IOException {
    return new String(bytes(name), UTF_8).lines().map(line -> line.split("\t", -1)).toList();
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream file =
        LibraryAgreementTest.class.getResourceAsStream("/explanations/" + name)) {
      return Objects.requireNonNull(file, name).readAllBytes();
    }
  }
}

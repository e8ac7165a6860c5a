package io.leat.retraining.training;

import io.leat.evaluation.Calibration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;

/** Makes probabilities of a binary classifier's margins, as labels of other rows say. */
final class Calibrator {
  private Calibrator() {}

  /** A link with what it was chosen by. */
  record Chosen(CalibrationMethod method, Link link) {}

  /**
   * Chooses: each method is fitted on the earlier half of the rows and measured on the later; that
   * of the least expected calibration error, of equals the simplest, is fitted on all.
   *
   * @param margins of rows that the model has not learnt from, by time
   */
  static Chosen choose(Set<CalibrationMethod> methods, double[] margins, boolean[] labels) {
    int half = margins.length / 2;
    double[] before = Arrays.copyOf(margins, half);
    boolean[] labelsBefore = Arrays.copyOf(labels, half);
    double[] after = Arrays.copyOfRange(margins, half, margins.length);
    boolean[] labelsAfter = Arrays.copyOfRange(labels, half, margins.length);
    CalibrationMethod chosen =
        methods.stream()
            .sorted()
            .min(
                Comparator.comparingDouble(
                    method ->
                        methods.size() == 1 || half == 0
                            ? 0
                            : error(fit(method, before, labelsBefore), after, labelsAfter)))
            .orElseThrow();
    return new Chosen(chosen, fit(chosen, margins, labels));
  }

  private static double error(Link link, double[] margins, boolean[] labels) {
    return Calibration.of(
            Arrays.stream(margins).map(margin -> link.predict(new double[] {margin})[1]).toArray(),
            labels)
        .error();
  }

  static Link fit(CalibrationMethod method, double[] margins, boolean[] labels) {
    return switch (method) {
      case NONE -> new Links.Logistic(1, 0);
      case PLATT -> PlattScaling.fit(margins, labels);
      case ISOTONIC -> IsotonicLink.fit(margins, labels);
    };
  }
}

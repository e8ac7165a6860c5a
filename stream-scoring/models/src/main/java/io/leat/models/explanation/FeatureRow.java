package io.leat.models.explanation;

import java.util.Arrays;

/**
 * The values of one row of features, numbers and texts; made once and filled again for each row.
 * Confined to one thread.
 */
public final class FeatureRow {
  private final double[] numbers;
  private final String[] texts;

  /** A row in which all is missing. */
  public FeatureRow(int features) {
    numbers = new double[features];
    texts = new String[features];
    Arrays.fill(numbers, Double.NaN);
    Arrays.fill(texts, "");
  }

  /** A row of numbers, as a model of one matrix takes it. */
  public static FeatureRow of(double... numbers) {
    FeatureRow row = new FeatureRow(numbers.length);
    System.arraycopy(numbers, 0, row.numbers, 0, numbers.length);
    return row;
  }

  /** How many features it has. */
  public int size() {
    return numbers.length;
  }

  /** Sets a feature that the model takes as a number; NaN is what is missing. */
  public FeatureRow set(int feature, double number) {
    numbers[feature] = number;
    return this;
  }

  /** Sets a feature that the model takes as text; the empty text is what is missing. */
  public FeatureRow set(int feature, String text) {
    texts[feature] = text;
    return this;
  }

  double number(int feature) {
    return numbers[feature];
  }

  String text(int feature) {
    return texts[feature];
  }
}

package io.leat.models.explanation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A column of a tensor inside the graph, made of one feature of the row and of constants, in the
 * precision in which ONNX Runtime makes it. Immutable; nothing is allocated when it is read.
 */
sealed interface Column {
  /** Index of the feature that it is made of. */
  int feature();

  /** Its number in a row; true is 1, false 0. */
  double number(FeatureRow row);

  /** Its text in a row, of a column of texts. */
  default String text(FeatureRow row) {
    throw new IllegalStateException("a column of numbers");
  }

  /** What ONNX Runtime's tensors hold. */
  enum Type {
    FLOAT,
    DOUBLE,
    /** Whole numbers and booleans. */
    WHOLE,
    TEXT;

    /** A number as a tensor of this type holds it. */
    double round(double number) {
      return switch (this) {
        case FLOAT -> (float) number;
        case WHOLE -> (long) number;
        case DOUBLE, TEXT -> number;
      };
    }
  }

  /** A feature itself. */
  record OfFeature(int feature, Type type) implements Column {
    @Override
    public double number(FeatureRow row) {
      return type.round(row.number(feature));
    }

    @Override
    public String text(FeatureRow row) {
      return row.text(feature);
    }
  }

  /** The same whatever the row. */
  record Fixed(int feature, double value) implements Column {
    @Override
    public double number(FeatureRow row) {
      return value;
    }
  }

  /** Another column in another type. */
  record Cast(Column of, Type type) implements Column {
    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      return type.round(of.number(row));
    }
  }

  /** What arithmetic with a constant is. */
  enum Operation {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE;

    double apply(double left, double right) {
      return switch (this) {
        case ADD -> left + right;
        case SUBTRACT -> left - right;
        case MULTIPLY -> left * right;
        case DIVIDE -> left / right;
      };
    }
  }

  /**
   * A column and a constant. A double's result rounded to float is the float's own result, for each
   * of the four operations.
   *
   * @param constantFirst whether the constant is the left operand
   */
  record Arithmetic(
      Column of, Operation operation, double constant, boolean constantFirst, Type type)
      implements Column {
    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      double number = of.number(row);
      return type.round(
          constantFirst ? operation.apply(constant, number) : operation.apply(number, constant));
    }
  }

  /** Whether a column of numbers is one of them. */
  record IsNumber(Column of, double category) implements Column {
    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      return of.number(row) == category ? 1 : 0;
    }
  }

  /** Whether a column of texts is one of them. */
  record IsText(Column of, String category) implements Column {
    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      return of.text(row).equals(category) ? 1 : 0;
    }
  }

  /** Whether a column is not a number. */
  record IsMissing(Column of) implements Column {
    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      return Double.isNaN(of.number(row)) ? 1 : 0;
    }
  }

  /** One of two columns of the same feature. */
  record Chosen(Column condition, Column then, Column otherwise) implements Column {
    @Override
    public int feature() {
      return condition.feature();
    }

    @Override
    public double number(FeatureRow row) {
      return condition.number(row) != 0 ? then.number(row) : otherwise.number(row);
    }
  }

  /** The number that stands beside a text in a table. */
  record OfText(Column of, Map<String, Double> table, double absent) implements Column {
    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      Double found = table.get(of.text(row));
      return found == null ? absent : found;
    }
  }

  /** The number that stands beside a number in a table. */
  final class OfNumber implements Column {
    private final Column of;
    private final double[] keys;
    private final double[] values;
    private final double absent;

    /**
     * @param keys in any order
     */
    OfNumber(Column of, List<Double> keys, List<Double> values, double absent) {
      this.of = of;
      this.keys = keys.stream().mapToDouble(key -> key).sorted().toArray();
      this.values = new double[this.keys.length];
      for (int i = 0; i < this.keys.length; i++) {
        this.values[i] = values.get(keys.indexOf(this.keys[i]));
      }
      this.absent = absent;
    }

    @Override
    public int feature() {
      return of.feature();
    }

    @Override
    public double number(FeatureRow row) {
      int found = Arrays.binarySearch(keys, of.number(row));
      return found < 0 ? absent : values[found];
    }
  }
}

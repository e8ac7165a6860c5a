package io.leat.pipeline.expression;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** CEL's six ways to compare two values. */
enum Comparison {
  EQUAL,
  NOT_EQUAL,
  LESS,
  LESS_OR_EQUAL,
  GREATER,
  GREATER_OR_EQUAL;

  private static final Map<String, Comparison> BY_FUNCTION =
      Map.of(
          "_==_", EQUAL,
          "_!=_", NOT_EQUAL,
          "_<_", LESS,
          "_<=_", LESS_OR_EQUAL,
          "_>_", GREATER,
          "_>=_", GREATER_OR_EQUAL);

  /** The comparison that a function of CEL's syntax tree is; null for any other function. */
  static @Nullable Comparison of(String function) {
    return BY_FUNCTION.get(function);
  }

  /**
   * Whether it holds of two values in that order.
   *
   * @param order as of {@link Comparable#compareTo}
   */
  boolean holds(int order) {
    return switch (this) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }

  /** Whether it holds of two doubles, by IEEE 754: of NaN nothing holds but inequality. */
  boolean holds(double left, double right) {
    return switch (this) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case LESS -> left < right;
      case LESS_OR_EQUAL -> left <= right;
      case GREATER -> left > right;
      case GREATER_OR_EQUAL -> left >= right;
    };
  }

  /** Compares doubles. */
  record OfDoubles(Comparison comparison, Evaluator left, Evaluator right) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null ? null : comparison.holds((double) a, (double) b);
    }
  }

  /** Compares ints. */
  record OfInts(Comparison comparison, Evaluator left, Evaluator right) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null ? null : comparison.holds(Long.compare((long) a, (long) b));
    }
  }

  /** Compares a double with an int. */
  record OfDoubleAndInt(Comparison comparison, Evaluator left, Evaluator right)
      implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null ? null : comparison.holds(order((double) a, (long) b));
    }
  }

  /** Compares an int with a double. */
  record OfIntAndDouble(Comparison comparison, Evaluator left, Evaluator right)
      implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null ? null : comparison.holds(-order((double) b, (long) a));
    }
  }

  /** Compares strings, bools, timestamps or durations, whose equality is their order's. */
  record OfComparables(Comparison comparison, Evaluator left, Evaluator right)
      implements Evaluator {
    @Override
    @SuppressWarnings("unchecked") // both are of the same type, which compares to itself
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      if (a == null || b == null) {
        return null;
      }
      return switch (comparison) {
        case EQUAL -> a.equals(b);
        case NOT_EQUAL -> !a.equals(b);
        default -> comparison.holds(((Comparable<Object>) a).compareTo(b));
      };
    }
  }

  /**
   * The order of a double and an int as the CEL library has it: outside of the range of 64 bits it
   * is plain; within, the int is widened and the total order of {@link Double#compare} counts, in
   * which NaN is above everything and -0.0 below 0.
   */
  private static int order(double left, long right) {
    if (left < -0x1p63) {
      return -1;
    }
    if (left > 0x1p63) {
      return 1;
    }
    return Double.compare(left, (double) right);
  }
}

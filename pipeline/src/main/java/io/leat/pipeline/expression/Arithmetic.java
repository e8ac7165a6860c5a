package io.leat.pipeline.expression;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plus, minus, times, divided by and the remainder. */
enum Arithmetic {
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  /** Of ints alone. */
  REMAINDER;

  private static final Map<String, Arithmetic> BY_FUNCTION =
      Map.of(
          "_+_", ADD,
          "_-_", SUBTRACT,
          "_*_", MULTIPLY,
          "_/_", DIVIDE,
          "_%_", REMAINDER);

  /** The operation that a function of CEL's syntax tree is; null for any other function. */
  static @Nullable Arithmetic of(String function) {
    return BY_FUNCTION.get(function);
  }

  double of(double left, double right) {
    return switch (this) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / right;
      case REMAINDER -> throw new ArithmeticException("doubles have no remainder");
    };
  }

  /**
   * @throws ArithmeticException if the result does not exist in 64 bits
   */
  long of(long left, long right) {
    return switch (this) {
      case ADD -> Math.addExact(left, right);
      case SUBTRACT -> Math.subtractExact(left, right);
      case MULTIPLY -> Math.multiplyExact(left, right);
      case DIVIDE -> {
        if (left == Long.MIN_VALUE && right == -1) {
          throw new ArithmeticException("long overflow");
        }
        yield left / right;
      }
      case REMAINDER -> left % right;
    };
  }

  /** Two ints. */
  record OfInts(Arithmetic operation, Evaluator left, Evaluator right) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null ? null : operation.of((long) a, (long) b);
    }
  }

  /** Two numbers, at least one of them a double; an int is widened. */
  record OfDoubles(Arithmetic operation, Evaluator left, Evaluator right) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null
          ? null
          : operation.of(((Number) a).doubleValue(), ((Number) b).doubleValue());
    }
  }
}

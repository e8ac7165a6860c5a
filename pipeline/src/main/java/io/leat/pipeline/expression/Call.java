package io.leat.pipeline.expression;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Functions that are null where an operand is. */
final class Call {
  private Call() {}

  /** A function of one value. */
  record OfOne(Evaluator operand, UnaryOperator<Object> function) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object value = operand.evaluate(input);
      return value == null ? null : function.apply(value);
    }
  }

  /** A function of two values. */
  record OfTwo(Evaluator left, Evaluator right, BinaryOperator<Object> function)
      implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      Object b = right.evaluate(input);
      return a == null || b == null ? null : function.apply(a, b);
    }
  }
}

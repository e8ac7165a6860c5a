package io.leat.pipeline.expression;

import org.jspecify.annotations.Nullable;

/** The operations of three-valued logic: the only ones that may answer where an operand is null. */
final class Logic {
  private Logic() {}

  /** {@code left && right}. */
  record And(Evaluator left, Evaluator right) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      if (a != null && !(boolean) a) {
        return false;
      }
      Object b = right.evaluate(input);
      if (b != null && !(boolean) b) {
        return false;
      }
      return a == null ? null : b;
    }
  }

  /** {@code left || right}. */
  record Or(Evaluator left, Evaluator right) implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object a = left.evaluate(input);
      if (a != null && (boolean) a) {
        return true;
      }
      Object b = right.evaluate(input);
      if (b != null && (boolean) b) {
        return true;
      }
      return a == null ? null : b;
    }
  }

  /** {@code condition ? whenTrue : whenFalse}; null where the condition is. */
  record Conditional(Evaluator condition, Evaluator whenTrue, Evaluator whenFalse)
      implements Evaluator {
    @Override
    public @Nullable Object evaluate(Variable.Input input) {
      Object holds = condition.evaluate(input);
      if (holds == null) {
        return null;
      }
      return (boolean) holds ? whenTrue.evaluate(input) : whenFalse.evaluate(input);
    }
  }
}

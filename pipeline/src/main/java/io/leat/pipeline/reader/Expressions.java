package io.leat.pipeline.reader;

import io.leat.pipeline.Expression;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Problems;
import java.util.Optional;

/** Compiles what a folder's expressions say, only to hear whether it can be done. */
final class Expressions {
  private Expressions() {}

  /** Compiles; reports what does not compile and gives nothing then. */
  static Optional<Program> check(
      Expression expression, Scope scope, Program.Result result, Problems problems) {
    try {
      return Optional.of(Program.compile(expression, scope, result));
    } catch (ExpressionException e) {
      problems.add(e.file(), e.line(), e.problem());
      return Optional.empty();
    }
  }
}

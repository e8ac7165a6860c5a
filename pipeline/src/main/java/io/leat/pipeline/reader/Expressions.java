package io.leat.pipeline.reader;

import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import java.util.Optional;
import java.util.function.Supplier;

/** What is common to the expressions of a folder. */
final class Expressions {
  private Expressions() {}

  /** Reads the entry of a list that is {@code name: expression}; the value has the name. */
  static Optional<Value> derived(Value entry, String example) {
    Optional<Block> block = entry.openBlock("a derived feature");
    if (block.isEmpty()) {
      return Optional.empty();
    }
    if (block.get().values().size() != 1) {
      entry.problem("a derived feature is one name with one expression, as in '%s'", example);
      return Optional.empty();
    }
    Value definition = block.get().values().get(0);
    if (!NameRule.IDENTIFIER.allows(definition.name())) {
      definition.problem(
          "feature '%s'; expected a name of %s",
          definition.name(), NameRule.IDENTIFIER.description());
    }
    return Optional.of(definition);
  }

  /**
   * Compiles, only to hear whether it can be done; reports what does not compile and gives nothing
   * then.
   */
  static Optional<Program> check(
      Expression expression, Scope scope, Program.Result result, Problems problems) {
    return check(() -> Program.compile(expression, scope, result), problems);
  }

  /** What is made of an expression; reports what does not compile and gives nothing then. */
  static <T> Optional<T> check(Supplier<T> compiled, Problems problems) {
    try {
      return Optional.of(compiled.get());
    } catch (ExpressionException e) {
      problems.add(e.file(), e.line(), e.problem());
      return Optional.empty();
    }
  }
}

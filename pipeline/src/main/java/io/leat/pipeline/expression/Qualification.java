package io.leat.pipeline.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import io.leat.common.Lookups;
import io.leat.pipeline.expression.FreeNames.FreeName;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes full names of short ones. Stateless. */
public final class Qualification {
  private Qualification() {}

  /**
   * The expression with a prefix before each of some names, wherever it stands for a variable of
   * the scope: not within texts and comments, and not where a loop's variable is called so. The
   * places in messages stay those of the file, but for columns.
   *
   * @param expression one that {@link Program#compile} takes in this scope
   * @param names names without dots
   * @param prefix {@code customer_activity.}
   * @throws IllegalArgumentException if the expression does not parse
   */
  public static Expression qualify(
      Expression expression, Scope scope, Set<String> names, String prefix) {
    CelAbstractSyntaxTree parsed;
    try {
      parsed = scope.compiler().parse(expression.text()).getAst();
    } catch (CelValidationException e) {
      throw new IllegalArgumentException("no expression: " + expression.text(), e);
    }
    Map<Long, Integer> positions = parsed.getSource().getPositionsMap(); // in code points
    TreeSet<Integer> places = new TreeSet<>();
    for (FreeName name : FreeNames.of(parsed.getExpr())) {
      if (names.contains(name.path())) {
        int position = Lookups.required(positions, name.expressionId());
        places.add(expression.text().offsetByCodePoints(0, position));
      }
    }
    StringBuilder text = new StringBuilder(expression.text());
    for (int place : places.descendingSet()) { // from the end, so that the places before it hold
      text.insert(place, prefix);
    }
    return new Expression(text.toString(), expression.file(), expression.line());
  }
}

package io.leat.pipeline.expression;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExprVisitor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Finds the names in a parsed expression that are not variables of its own loops, in order. */
final class FreeNames extends CelExprVisitor {
  /**
   * A name, as often as it stands there.
   *
   * @param path as it was written, with its dots
   * @param expressionId of the part that stands where the name begins; CEL's own position of a
   *     chain of selections is that of its last dot
   */
  record FreeName(String path, long expressionId) {}

  private final Deque<String> loopVariables = new ArrayDeque<>();
  private final List<FreeName> found = new ArrayList<>();

  private FreeNames() {}

  static List<FreeName> of(CelExpr expression) {
    FreeNames names = new FreeNames();
    names.visit(expression);
    return names.found;
  }

  @Override
  public void visit(CelExpr expression) {
    Optional<String> path = Presence.path(expression);
    if (path.isEmpty()) {
      super.visit(expression);
    } else if (!loopVariables.contains(root(path.get()))) {
      found.add(new FreeName(Presence.written(path.get()), Presence.begin(expression).id()));
    }
  }

  @Override
  protected void visit(CelExpr expression, CelExpr.CelComprehension comprehension) {
    visit(comprehension.iterRange());
    visit(comprehension.accuInit());
    List<String> names =
        List.of(comprehension.accuVar(), comprehension.iterVar(), comprehension.iterVar2());
    names.forEach(loopVariables::push);
    visit(comprehension.loopCondition());
    visit(comprehension.loopStep());
    visit(comprehension.result());
    names.forEach(name -> loopVariables.pop());
  }

  private static String root(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }
}

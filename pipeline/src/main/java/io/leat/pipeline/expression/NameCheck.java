package io.leat.pipeline.expression;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExprVisitor;
import io.leat.pipeline.Suggestions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Finds the first name in a parsed expression that its scope does not know. CEL's own checker would
 * only say that {@code event} is undeclared.
 */
final class NameCheck extends CelExprVisitor {
  /** A name that cannot be used, where it stands and why. */
  record Unknown(long expressionId, String problem) {}

  private final Scope scope;
  private final Deque<String> loopVariables = new ArrayDeque<>();
  private Optional<Unknown> unknown = Optional.empty();

  private NameCheck(Scope scope) {
    this.scope = scope;
  }

  static Optional<Unknown> firstUnknown(CelExpr expression, Scope scope) {
    NameCheck check = new NameCheck(scope);
    check.visit(expression);
    return check.unknown;
  }

  @Override
  public void visit(CelExpr expression) {
    Optional<String> path = Presence.path(expression);
    if (path.isEmpty()) {
      super.visit(expression);
    } else if (unknown.isEmpty() && !loopVariables.contains(root(path.get()))) {
      unknown = problem(path.get()).map(problem -> new Unknown(begin(expression).id(), problem));
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

  private Optional<String> problem(String path) {
    String written = Presence.written(path);
    for (String name = written; ; name = name.substring(0, name.lastIndexOf('.'))) {
      if (scope.declares(name)) {
        return Optional.empty();
      }
      String reason = scope.unreadable().get(name);
      if (reason != null) {
        return Optional.of(
            "%s is %s, which expressions cannot read; expected a number, a text, a bool or a timestamp, or a list or map of these"
                .formatted(name, reason));
      }
      if (name.indexOf('.') < 0) {
        break;
      }
    }
    List<String> below =
        scope.names().stream().filter(name -> name.startsWith(written + ".")).toList();
    if (!below.isEmpty()) {
      return Optional.of(
          "%s stands for no single value; expected one of %s"
              .formatted(written, String.join(", ", below)));
    }
    return Optional.of(
        "unknown name %s; expected %s.%s"
            .formatted(
                written, scope.describeNames(), Suggestions.didYouMean(written, scope.names())));
  }

  /** The place where a chain of selections begins; CEL's own position is that of its last dot. */
  private static CelExpr begin(CelExpr expression) {
    return expression.getKind() == CelExpr.ExprKind.Kind.SELECT
        ? begin(expression.select().operand())
        : expression;
  }

  private static String root(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }
}

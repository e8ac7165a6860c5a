package io.leat.pipeline.expression;

import dev.cel.common.ast.CelExpr;
import io.leat.common.Suggestions;
import java.util.List;
import java.util.Optional;

/**
 * Finds the first name in a parsed expression that its scope does not know. CEL's own checker would
 * only say that {@code event} is undeclared.
 */
final class NameCheck {
  /** A name that cannot be used, where it stands and why. */
  record Unknown(long expressionId, String problem) {}

  private NameCheck() {}

  static Optional<Unknown> firstUnknown(CelExpr expression, Scope scope) {
    return FreeNames.of(expression).stream()
        .flatMap(
            name ->
                problem(name.path(), scope).stream()
                    .map(problem -> new Unknown(name.expressionId(), problem)))
        .findFirst();
  }

  private static Optional<String> problem(String path, Scope scope) {
    for (String name = path; ; name = name.substring(0, name.lastIndexOf('.'))) {
      if (scope.declares(name)) {
        return Optional.empty();
      }
      String reason = scope.unreadable().get(name);
      if (reason != null) {
        return Optional.of(name + " is " + reason);
      }
      if (name.indexOf('.') < 0) {
        break;
      }
    }
    List<String> below =
        scope.names().stream().filter(name -> name.startsWith(path + ".")).toList();
    if (!below.isEmpty()) {
      return Optional.of(
          "%s stands for no single value; expected one of %s"
              .formatted(path, String.join(", ", below)));
    }
    return Optional.of(
        "unknown name %s; expected %s.%s"
            .formatted(path, scope.describeNames(), Suggestions.didYouMean(path, scope.names())));
  }
}

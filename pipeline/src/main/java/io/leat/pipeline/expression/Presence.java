package io.leat.pipeline.expression;

import dev.cel.common.ast.CelExpr;
import dev.cel.parser.CelMacro;
import java.util.Optional;

/**
 * {@code has(event.amount)}: whether a value is not null. The macro turns its argument into a
 * variable of type bool whose name nobody can write, and which stands where its argument stood.
 */
final class Presence {
  private static final String PREFIX = "@has.";

  static final CelMacro MACRO =
      CelMacro.newGlobalMacro(
          "has",
          1,
          (factory, target, arguments) ->
              Optional.of(
                  path(arguments.get(0))
                      .map(path -> CelExpr.ofIdent(begin(arguments.get(0)).id(), PREFIX + path))
                      .orElseGet(
                          () ->
                              factory.reportError(
                                  "has() takes the name of a field, as in has(event.amount)"))));

  private Presence() {}

  /** Name of the variable that tells whether another has a value. */
  static String of(String variable) {
    return PREFIX + variable;
  }

  /** The name as it was written inside of {@code has()}; any other name as it is. */
  static String written(String name) {
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  /** The part that stands where a chain of selections begins. */
  static CelExpr begin(CelExpr expression) {
    return expression.getKind() == CelExpr.ExprKind.Kind.SELECT
        ? begin(expression.select().operand())
        : expression;
  }

  /** The name that a chain of selections spells: {@code event.address.city}. */
  static Optional<String> path(CelExpr expression) {
    return switch (expression.getKind()) {
      case IDENT -> Optional.of(expression.ident().name());
      case SELECT ->
          path(expression.select().operand()).map(path -> path + "." + expression.select().field());
      default -> Optional.empty();
    };
  }
}

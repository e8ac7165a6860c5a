package io.leat.pipeline.expression;

import com.google.common.base.Throwables;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelAttribute;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelUnknownSet;
import io.leat.pipeline.expression.Growth.TooMuchException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A compiled CEL expression. Immutable and thread-safe.
 *
 * <p>Null is the unknown of three-valued logic, as in SQL: an operation on null is null, {@code
 * false && null} is false, {@code true || null} is true. {@code has(event.field)} asks whether a
 * value is there.
 *
 * <p>An int and a double may be compared, added, subtracted, multiplied and divided; the int is
 * widened. Dividing doubles by zero gives an infinity or NaN; dividing ints by zero, and leaving
 * the range of 64 bits, is an error.
 */
public final class Program {
  /** What an expression is to yield. */
  public enum Result {
    /** A {@link Boolean}. */
    BOOL,
    /** A {@link Double}, {@link Long}, {@link Boolean} or {@link String}. */
    SCALAR,
    /** A {@link Boolean}, but it may take a value to know: another type is an error then. */
    DYNAMIC_BOOL,
    /** Whatever it yields. */
    ANY
  }

  private static final Map<CelKind, Class<?>> SCALARS =
      Map.of(
          CelKind.DOUBLE, Double.class,
          CelKind.INT, Long.class,
          CelKind.BOOL, Boolean.class,
          CelKind.STRING, String.class);
  private static final Optional<Object> NULL =
      Optional.of(CelUnknownSet.create(CelAttribute.create("null")));

  private final Expression expression;
  private final Class<?> type;
  private final Scope scope;
  private final CelRuntime.Program program;
  private final @Nullable Evaluator translation;
  private final Set<String> names;

  private Program(
      Expression expression,
      Class<?> type,
      Scope scope,
      CelRuntime.Program program,
      @Nullable Evaluator translation,
      Set<String> names) {
    this.expression = expression;
    this.type = type;
    this.scope = scope;
    this.program = program;
    this.translation = translation;
    this.names = names;
  }

  /**
   * Compiles an expression.
   *
   * @throws ExpressionException if it does not parse, names what the scope does not have, applies
   *     an operation to the wrong types or yields another type than wanted
   */
  public static Program compile(Expression expression, Scope scope, Result result) {
    CelAbstractSyntaxTree parsed;
    try {
      parsed = scope.compiler().parse(expression.text()).getAst();
    } catch (CelValidationException e) {
      throw invalid(expression, e);
    }
    Optional<NameCheck.Unknown> unknown = NameCheck.firstUnknown(parsed.getExpr(), scope);
    if (unknown.isPresent()) {
      throw at(
          expression,
          location(parsed.getSource(), unknown.get().expressionId()),
          unknown.get().problem(),
          null);
    }
    try {
      CelAbstractSyntaxTree checked = scope.compiler().check(parsed).getAst();
      checkResult(expression, checked.getResultType(), result);
      checkPatterns(expression, checked);
      CelKind kind = checked.getResultType().kind();
      return new Program(
          expression,
          SCALARS.getOrDefault(kind, Object.class),
          scope,
          Cel.RUNTIME.createProgram(checked),
          SCALARS.containsKey(kind) ? Translation.of(checked, scope).orElse(null) : null,
          names(checked, scope));
    } catch (CelValidationException e) {
      throw invalid(expression, e);
    } catch (CelEvaluationException e) {
      throw at(
          expression, CelSourceLocation.of(1, 0), Issues.plain(String.valueOf(e.getMessage())), e);
    }
  }

  /** The scope's names that the expression uses: {@code event.amount}, {@code view.column}. */
  public Set<String> names() {
    return names;
  }

  private static Set<String> names(CelAbstractSyntaxTree checked, Scope scope) {
    return checked.getReferenceMap().values().stream()
        .map(reference -> Presence.written(reference.name()))
        .filter(scope::declares)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The class of every value but null: {@link Double}, {@link Long}, {@link Boolean} or {@link
   * String}; {@link Object} where that is known only with a value.
   */
  public Class<?> type() {
    return type;
  }

  /**
   * Evaluates the expression.
   *
   * @param bindings what {@link Scope#bind} of the same scope gave
   * @return the value; null where an input that it needs is null
   * @throws ExpressionException if the value does not exist: an int divided by zero, an overflow, a
   *     place outside of a list, a bound on cost that was met
   * @throws IllegalArgumentException if the bindings are another scope's
   */
  public @Nullable Object evaluate(Map<String, Object> bindings) {
    Variable.Input input = translation == null ? null : scope.input(bindings);
    if (translation == null || input == null) {
      return evaluateByLibrary(bindings);
    }
    Growth.begin();
    try {
      return translation.evaluate(input);
    } catch (RuntimeException e) {
      return evaluateByLibrary(bindings); // which knows better, or says why not
    }
  }

  /** Whether the common way is without the library. */
  boolean isTranslated() {
    return translation != null;
  }

  /** What {@link #evaluate} does, by the CEL library alone. */
  @Nullable Object evaluateByLibrary(Map<String, Object> bindings) {
    Object value;
    Growth.begin();
    try {
      value = program.eval(name -> lookup(bindings, name));
    } catch (CelEvaluationException e) {
      if (e.getCause() instanceof UnboundException unbound) {
        throw unbound;
      }
      throw at(
          expression,
          CelSourceLocation.NONE,
          "'%s' has no value for this input: %s".formatted(expression.text(), why(e)),
          e);
    }
    return value instanceof CelUnknownSet ? null : value;
  }

  private static String why(CelEvaluationException e) {
    return Throwables.getCausalChain(e).stream()
        .filter(TooMuchException.class::isInstance)
        .map(cause -> String.valueOf(cause.getMessage()))
        .findFirst()
        .orElseGet(() -> Issues.plain(String.valueOf(e.getMessage())));
  }

  private static Optional<Object> lookup(Map<String, Object> bindings, String name) {
    Object value = bindings.get(name);
    if (value != null) {
      return Optional.of(value);
    }
    if (!bindings.containsKey(name)) {
      throw new UnboundException(
          "no variable "
              + name
              + " in the bindings; bind with the scope that compiled the program");
    }
    return NULL;
  }

  private static void checkResult(Expression expression, CelType type, Result result) {
    boolean right =
        switch (result) {
          case BOOL -> type.equals(SimpleType.BOOL);
          case SCALAR -> SCALARS.containsKey(type.kind());
          case DYNAMIC_BOOL -> type.equals(SimpleType.BOOL) || type.kind() == CelKind.DYN;
          case ANY -> true;
        };
    if (!right) {
      throw at(
          expression,
          CelSourceLocation.of(1, 0),
          "'%s' yields %s; expected %s"
              .formatted(
                  expression.text(),
                  Issues.plain(CelTypes.format(type)),
                  result == Result.SCALAR ? "a number, bool or string" : "bool"),
          null);
    }
  }

  /** Patterns that stand in the expression are checked once, here; others with each value. */
  private static void checkPatterns(Expression expression, CelAbstractSyntaxTree checked) {
    CelNavigableAst.fromAst(checked)
        .getRoot()
        .allNodes()
        .map(CelNavigableExpr::expr)
        .filter(expr -> expr.getKind() == CelExpr.ExprKind.Kind.CALL)
        .filter(expr -> expr.call().function().equals("matches"))
        .map(expr -> expr.call().args().get(expr.call().args().size() - 1))
        .filter(
            pattern ->
                pattern.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                    && pattern.constant().getKind() == CelConstant.Kind.STRING_VALUE)
        .forEach(
            pattern -> {
              try {
                Patterns.compile(pattern.constant().stringValue());
              } catch (IllegalArgumentException e) {
                throw at(
                    expression,
                    location(checked.getSource(), pattern.id()),
                    "found " + e.getMessage(),
                    e);
              }
            });
  }

  private static ExpressionException invalid(Expression expression, CelValidationException e) {
    List<CelIssue> issues = e.getErrors();
    CelIssue first = issues.get(0);
    return at(expression, first.getSourceLocation(), Issues.plain(first.getMessage()), e);
  }

  private static CelSourceLocation location(CelSource source, long expressionId) {
    Integer offset = source.getPositionsMap().get(expressionId);
    return offset == null
        ? CelSourceLocation.of(1, 0)
        : source.getOffsetLocation(offset).orElse(CelSourceLocation.of(1, 0));
  }

  /** Lines count from 1 and columns from 0 in CEL; both from 1 for people. */
  private static ExpressionException at(
      Expression expression,
      CelSourceLocation location,
      String problem,
      @Nullable Throwable cause) {
    if (location.getLine() < 1) {
      return new ExpressionException(expression, expression.line(), problem, cause);
    }
    return new ExpressionException(
        expression,
        expression.line() + location.getLine() - 1,
        "at column %d of '%s': %s"
            .formatted(
                location.getColumn() + 1,
                expression.text().lines().skip(location.getLine() - 1L).findFirst().orElse(""),
                problem),
        cause);
  }

  /** A mistake of the caller, which passes through CEL as it is. */
  private static final class UnboundException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnboundException(String message) {
      super(message);
    }
  }
}

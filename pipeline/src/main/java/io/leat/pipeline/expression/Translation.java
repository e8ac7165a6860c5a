package io.leat.pipeline.expression;

import com.google.re2j.Pattern;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.runtime.CelEvaluationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Translates a checked expression into {@link Evaluator}s, as far as it goes: logic, comparisons,
 * arithmetic, lists of constants, the usual functions of strings and timestamps, over values whose
 * types are known. One evaluation costs a tenth of the library's or less.
 *
 * <p>All or nothing: an expression with any other operation in it is the library's as a whole.
 */
final class Translation {
  private static final Set<CelKind> COMPARABLE =
      EnumSet.of(CelKind.STRING, CelKind.BOOL, CelKind.TIMESTAMP, CelKind.DURATION);

  /** What cannot be translated. Never leaves this class. */
  private static final class Untranslatable extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** A translated part, with its type. */
  private record Part(CelKind kind, Evaluator evaluator) {
    boolean is(CelKind wanted) {
      return kind == wanted;
    }
  }

  private final CelAbstractSyntaxTree checked;
  private final Scope scope;

  private Translation(CelAbstractSyntaxTree checked, Scope scope) {
    this.checked = checked;
    this.scope = scope;
  }

  /** The evaluator of a whole expression; empty where that is the library's. */
  static Optional<Evaluator> of(CelAbstractSyntaxTree checked, Scope scope) {
    try {
      return Optional.of(new Translation(checked, scope).translate(checked.getExpr()).evaluator());
    } catch (Untranslatable e) {
      return Optional.empty();
    }
  }

  private Part translate(CelExpr expression) throws Untranslatable {
    CelKind kind = type(expression).kind();
    return switch (expression.getKind()) {
      case CONSTANT -> new Part(kind, constant(constantValue(expression.constant())));
      case IDENT -> new Part(kind, variable(expression)::read);
      case CALL -> new Part(kind, call(expression, kind));
      default -> throw new Untranslatable();
    };
  }

  private static Evaluator constant(Object value) {
    return input -> value;
  }

  private static Object constantValue(CelConstant constant) throws Untranslatable {
    return switch (constant.getKind()) {
      case BOOLEAN_VALUE -> constant.booleanValue();
      case INT64_VALUE -> constant.int64Value();
      case DOUBLE_VALUE -> constant.doubleValue();
      case STRING_VALUE -> constant.stringValue();
      default -> throw new Untranslatable();
    };
  }

  private Variable.Reader variable(CelExpr expression) throws Untranslatable {
    String name =
        checked
            .getReference(expression.id())
            .filter(reference -> reference.value().isEmpty())
            .map(CelReference::name)
            .orElse(expression.ident().name());
    Variable variable = scope.variable(name);
    if (variable == null || !variable.type().equals(type(expression))) {
      throw new Untranslatable();
    }
    return variable.reader();
  }

  private Evaluator call(CelExpr expression, CelKind result) throws Untranslatable {
    CelExpr.CelCall call = expression.call();
    List<CelExpr> operands = new ArrayList<>();
    call.target().ifPresent(operands::add);
    operands.addAll(call.args());
    Evaluator evaluator =
        switch (operands.size()) {
          case 1 -> ofOne(call.function(), operands.get(0), expression);
          case 2 -> ofTwo(call.function(), operands.get(0), operands.get(1));
          case 3 -> ofThree(call.function(), operands, result);
          default -> null;
        };
    if (evaluator == null) {
      throw new Untranslatable();
    }
    return evaluator;
  }

  private @Nullable Evaluator ofOne(String function, CelExpr argument, CelExpr call)
      throws Untranslatable {
    if (function.equals("timestamp") || function.equals("duration")) {
      return argument.getKind() == ExprKind.Kind.CONSTANT ? constant(valueOf(call)) : null;
    }
    Part operand = translate(argument);
    UnaryOperator<Object> operator =
        switch (operand.kind()) {
          case BOOL -> function.equals("!_") ? value -> !(boolean) value : null;
          case INT ->
              switch (function) {
                case "-_" -> value -> Math.negateExact((long) value);
                case "double" -> value -> (double) (long) value;
                default -> null;
              };
          case DOUBLE -> function.equals("-_") ? value -> -(double) value : null;
          case STRING -> ofString(function);
          case LIST -> function.equals("size") ? value -> (long) ((List<?>) value).size() : null;
          case TIMESTAMP -> Times.part(function, "UTC");
          default -> null;
        };
    return operator == null ? null : new Call.OfOne(operand.evaluator(), operator);
  }

  private static @Nullable UnaryOperator<Object> ofString(String function) {
    if (function.equals("size")) {
      return value -> (long) ((String) value).codePointCount(0, ((String) value).length());
    }
    Predicate<String> question = Formats.question(function);
    return question == null ? null : value -> question.test((String) value);
  }

  private @Nullable Evaluator ofTwo(String function, CelExpr left, CelExpr right)
      throws Untranslatable {
    if (function.equals("@in")) {
      return in(translate(left), right, type(left));
    }
    Part a = translate(left);
    if (function.equals("matches")) {
      return matches(a, right);
    }
    if (a.is(CelKind.TIMESTAMP) && function.startsWith("get")) {
      UnaryOperator<Object> part = Times.part(function, constantText(right));
      return part == null ? null : new Call.OfOne(a.evaluator(), part);
    }
    Part b = translate(right);
    Comparison comparison = Comparison.of(function);
    if (comparison != null) {
      return compare(comparison, a, b);
    }
    Arithmetic arithmetic = Arithmetic.of(function);
    if (arithmetic != null) {
      return calculate(arithmetic, a, b);
    }
    if (a.is(CelKind.BOOL) && b.is(CelKind.BOOL)) {
      return switch (function) {
        case "_&&_" -> new Logic.And(a.evaluator(), b.evaluator());
        case "_||_" -> new Logic.Or(a.evaluator(), b.evaluator());
        default -> null;
      };
    }
    if (a.is(CelKind.STRING) && b.is(CelKind.STRING)) {
      return switch (function) {
        case "startsWith" ->
            new Call.OfTwo(
                a.evaluator(), b.evaluator(), (text, part) -> text(text).startsWith(text(part)));
        case "endsWith" ->
            new Call.OfTwo(
                a.evaluator(), b.evaluator(), (text, part) -> text(text).endsWith(text(part)));
        case "contains" ->
            new Call.OfTwo(
                a.evaluator(), b.evaluator(), (text, part) -> text(text).contains(text(part)));
        default -> null;
      };
    }
    return null;
  }

  private @Nullable Evaluator ofThree(String function, List<CelExpr> operands, CelKind result)
      throws Untranslatable {
    if (!function.equals("_?_:_")) {
      return null;
    }
    Part condition = translate(operands.get(0));
    Part whenTrue = translate(operands.get(1));
    Part whenFalse = translate(operands.get(2));
    return condition.is(CelKind.BOOL) && whenTrue.is(result) && whenFalse.is(result)
        ? new Logic.Conditional(condition.evaluator(), whenTrue.evaluator(), whenFalse.evaluator())
        : null;
  }

  private static @Nullable Evaluator compare(Comparison comparison, Part a, Part b) {
    Evaluator left = a.evaluator();
    Evaluator right = b.evaluator();
    if (a.is(CelKind.DOUBLE)) {
      return switch (b.kind()) {
        case DOUBLE -> new Comparison.OfDoubles(comparison, left, right);
        case INT -> new Comparison.OfDoubleAndInt(comparison, left, right);
        default -> null;
      };
    }
    if (a.is(CelKind.INT)) {
      return switch (b.kind()) {
        case INT -> new Comparison.OfInts(comparison, left, right);
        case DOUBLE -> new Comparison.OfIntAndDouble(comparison, left, right);
        default -> null;
      };
    }
    return a.is(b.kind()) && COMPARABLE.contains(a.kind())
        ? new Comparison.OfComparables(comparison, left, right)
        : null;
  }

  private static @Nullable Evaluator calculate(Arithmetic operation, Part a, Part b) {
    Evaluator left = a.evaluator();
    Evaluator right = b.evaluator();
    if (a.is(CelKind.INT) && b.is(CelKind.INT)) {
      return new Arithmetic.OfInts(operation, left, right);
    }
    if (isNumber(a) && isNumber(b)) {
      return operation == Arithmetic.REMAINDER
          ? null
          : new Arithmetic.OfDoubles(operation, left, right);
    }
    return switch (operation) {
      case ADD -> {
        if (a.is(CelKind.STRING) && b.is(CelKind.STRING)) {
          yield new Call.OfTwo(left, right, (x, y) -> concat(text(x), text(y)));
        }
        yield a.is(CelKind.TIMESTAMP) && b.is(CelKind.DURATION)
            ? new Call.OfTwo(left, right, Times::plus)
            : null;
      }
      case SUBTRACT -> {
        if (!a.is(CelKind.TIMESTAMP)) {
          yield null;
        }
        yield switch (b.kind()) {
          case TIMESTAMP -> new Call.OfTwo(left, right, Times::between);
          case DURATION -> new Call.OfTwo(left, right, Times::minus);
          default -> null;
        };
      }
      case MULTIPLY, DIVIDE, REMAINDER -> null;
    };
  }

  /** {@code value in [constants]} and {@code string in field}. */
  private @Nullable Evaluator in(Part value, CelExpr list, CelType type) throws Untranslatable {
    if (!type(list).equals(ListType.create(type))) {
      return null;
    }
    if (list.getKind() == ExprKind.Kind.LIST && list.list().optionalIndices().isEmpty()) {
      List<Object> constants = new ArrayList<>();
      for (CelExpr element : list.list().elements()) {
        if (element.getKind() != ExprKind.Kind.CONSTANT) {
          return null;
        }
        constants.add(constantValue(element.constant()));
      }
      return switch (value.kind()) {
        case STRING, INT, BOOL -> {
          Set<Object> set = Set.copyOf(constants);
          yield new Call.OfOne(value.evaluator(), set::contains);
        }
        case DOUBLE -> {
          double[] doubles = constants.stream().mapToDouble(c -> (double) c).toArray();
          yield new Call.OfOne(value.evaluator(), found -> contains(doubles, (double) found));
        }
        default -> null;
      };
    }
    return value.is(CelKind.STRING) && list.getKind() == ExprKind.Kind.IDENT
        ? new Call.OfTwo(
            value.evaluator(),
            variable(list)::read,
            (text, all) -> ((Collection<?>) all).contains(text))
        : null;
  }

  private static boolean contains(double[] doubles, double value) {
    for (double one : doubles) {
      if (one == value) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Evaluator matches(Part text, CelExpr pattern) throws Untranslatable {
    if (!text.is(CelKind.STRING)) {
      return null;
    }
    Pattern compiled;
    try {
      compiled = Patterns.compile(constantText(pattern));
    } catch (IllegalArgumentException e) {
      throw new Untranslatable(); // the library says what is wrong, whenever it is asked
    }
    Optional<FixedPattern> fixed = FixedPattern.of(compiled.pattern());
    UnaryOperator<Object> matches =
        fixed.isPresent()
            ? value -> fixed.get().matches(text(value))
            : value -> compiled.matcher(text(value)).find();
    return new Call.OfOne(text.evaluator(), matches);
  }

  private static String constantText(CelExpr expression) throws Untranslatable {
    if (expression.getKind() != ExprKind.Kind.CONSTANT
        || expression.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
      throw new Untranslatable();
    }
    return expression.constant().stringValue();
  }

  /** The value of a part that has no variables, by the library. */
  private Object valueOf(CelExpr part) throws Untranslatable {
    try {
      return Cel.RUNTIME
          .createProgram(
              CelAbstractSyntaxTree.newCheckedAst(
                  part, checked.getSource(), checked.getReferenceMap(), checked.getTypeMap()))
          .eval();
    } catch (CelEvaluationException e) {
      throw new Untranslatable();
    }
  }

  private CelType type(CelExpr expression) throws Untranslatable {
    return checked.getType(expression.id()).orElseThrow(Untranslatable::new);
  }

  private static boolean isNumber(Part part) {
    return part.is(CelKind.INT) || part.is(CelKind.DOUBLE);
  }

  private static String concat(String one, String other) {
    Growth.charge((long) one.length() + other.length());
    return one.concat(other);
  }

  private static String text(Object value) {
    return (String) value;
  }
}

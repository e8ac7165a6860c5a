package io.leat.pipeline.expression;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What people expect of {@code event.amount / 2} and CEL's standard lacks: plus, minus, times,
 * divided by, equal and unequal between an int and a double. The int is widened, as it is for CEL's
 * own comparisons between the two.
 */
final class MixedArithmetic {
  private MixedArithmetic() {}

  static List<CelFunctionDecl> declarations() {
    return List.of(
        declaration("_+_", "add", SimpleType.DOUBLE),
        declaration("_-_", "subtract", SimpleType.DOUBLE),
        declaration("_*_", "multiply", SimpleType.DOUBLE),
        declaration("_/_", "divide", SimpleType.DOUBLE),
        // The runtime compares any two numbers; only the type checker must be reported.
        declaration("_==_", "equals", SimpleType.BOOL),
        declaration("_!=_", "not_equals", SimpleType.BOOL));
  }

  static List<CelFunctionBinding> bindings() {
    return Stream.of(
            binding("_+_", "add", (a, b) -> a + b, (a, b) -> a + b),
            binding("_-_", "subtract", (a, b) -> a - b, (a, b) -> a - b),
            binding("_*_", "multiply", (a, b) -> a * b, (a, b) -> a * b),
            binding("_/_", "divide", (a, b) -> a / b, (a, b) -> a / b))
        .flatMap(Set::stream)
        .toList();
  }

  private static CelFunctionDecl declaration(String operator, String name, CelType result) {
    return CelFunctionDecl.newFunctionDeclaration(
        operator,
        CelOverloadDecl.newGlobalOverload(
            name + "_double_int64", result, SimpleType.DOUBLE, SimpleType.INT),
        CelOverloadDecl.newGlobalOverload(
            name + "_int64_double", result, SimpleType.INT, SimpleType.DOUBLE));
  }

  private static Set<CelFunctionBinding> binding(
      String operator,
      String name,
      CelFunctionOverload.Binary<Double, Long> doubleAndInt,
      CelFunctionOverload.Binary<Long, Double> intAndDouble) {
    return CelFunctionBinding.fromOverloads(
        operator,
        CelFunctionBinding.from(name + "_double_int64", Double.class, Long.class, doubleAndInt),
        CelFunctionBinding.from(name + "_int64_double", Long.class, Double.class, intAndDouble));
  }
}

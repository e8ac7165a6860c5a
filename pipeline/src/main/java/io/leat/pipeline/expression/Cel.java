package io.leat.pipeline.expression;

import dev.cel.common.CelOptions;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;

/**
 * The CEL library as Leat sets it up: bounds, mixed arithmetic, null as the unknown, CEL's string
 * extensions, and the questions about formats that Confluent's data contracts ask.
 */
final class Cel {
  /**
   * Bounds that no honest rule meets: an expression's length, depth and size when it is compiled;
   * the steps of its loops when it is evaluated. Patterns run on RE2, in linear time, and {@link
   * Patterns} bounds their size; {@link Growth} bounds what an evaluation makes.
   */
  @SuppressWarnings("deprecation") // the default is about to change; the values are ours to choose
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .enableUnknownTracking(true)
          .evaluateCanonicalTypesToNativeValues(true)
          .maxExpressionCodePointSize(4_000)
          .maxParseRecursionDepth(64)
          .maxParseExpressionNodeCount(1_000)
          .comprehensionMaxIterations(10_000)
          .build();

  /** Thread-safe. */
  static final CelRuntime RUNTIME =
      CelRuntimeFactory.plannerRuntimeBuilder()
          .setOptions(OPTIONS)
          .setStandardFunctions(
              CelStandardFunctions.newBuilder()
                  .filterFunctions(
                      (function, overload) ->
                          function != StandardFunction.MATCHES && !Growth.replaces(overload))
                  .build())
          .addFunctionBindings(Growth.standard(OPTIONS))
          .addFunctionBindings(Patterns.bindings())
          .addFunctionBindings(MixedArithmetic.bindings())
          .addFunctionBindings(Formats.bindings())
          .addLibraries(Growth.stringExtensions())
          .build();

  private Cel() {}

  static CelCompiler compiler(Iterable<Variable> variables) {
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(
                CelStandardMacro.ALL,
                CelStandardMacro.EXISTS,
                CelStandardMacro.EXISTS_ONE,
                CelStandardMacro.MAP,
                CelStandardMacro.MAP_FILTER,
                CelStandardMacro.FILTER)
            .addMacros(Presence.MACRO)
            .addFunctionDeclarations(MixedArithmetic.declarations())
            .addFunctionDeclarations(Formats.declarations())
            .addLibraries(CelExtensions.strings());
    for (Variable variable : variables) {
      builder.addVar(variable.name(), variable.type());
    }
    return builder.build();
  }
}

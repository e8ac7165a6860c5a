package io.leat.benchmarks;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.leat.pipeline.definition.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;

/**
 * Rules by the CEL library as it comes: its own runtime and standard functions, over a map of the
 * event, which is made once for all rules.
 */
final class PlainRules {
  private final List<CelRuntime.Program> programs = new ArrayList<>();

  PlainRules(List<Contract.Rule> rules) throws CelValidationException, CelEvaluationException {
    CelCompiler compiler =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("event", MapType.create(SimpleType.STRING, SimpleType.DYN))
            .build();
    CelRuntime runtime =
        CelRuntimeFactory.plannerRuntimeBuilder()
            .setOptions(CelOptions.current().enableHeterogeneousNumericComparisons(true).build())
            .build();
    for (Contract.Rule rule : rules) {
      programs.add(runtime.createProgram(compiler.compile(rule.check().text()).getAst()));
    }
  }

  /** Whether all rules hold. */
  boolean hold(GenericRecord event) throws CelEvaluationException {
    Map<String, Object> bindings = Map.of("event", EventMap.of(event));
    boolean all = true;
    for (CelRuntime.Program program : programs) {
      all &= (boolean) program.eval(bindings);
    }
    return all;
  }
}

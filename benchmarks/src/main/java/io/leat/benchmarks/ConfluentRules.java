package io.leat.benchmarks;

import com.google.api.expr.v1alpha1.Decl;
import io.leat.pipeline.definition.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.projectnessie.cel.checker.Decls;
import org.projectnessie.cel.common.types.pb.DefaultTypeAdapter;
import org.projectnessie.cel.tools.Script;
import org.projectnessie.cel.tools.ScriptException;
import org.projectnessie.cel.tools.ScriptHost;

/**
 * Rules by the library that Confluent's rule executor evaluates CEL with, called as it calls it:
 * one script an expression, compiled once, and the event as a variable. The executor, with its
 * adapter from Avro, is on Confluent's repository alone; the event is a map here, made and adapted
 * once for all rules.
 */
final class ConfluentRules {
  private static final Decl EVENT =
      Decls.newVar("event", Decls.newMapType(Decls.String, Decls.Dyn));

  private final List<Script> scripts = new ArrayList<>();

  ConfluentRules(List<Contract.Rule> rules) throws ScriptException {
    ScriptHost host = ScriptHost.newBuilder().build();
    for (Contract.Rule rule : rules) {
      scripts.add(host.buildScript(rule.check().text()).withDeclarations(EVENT).build());
    }
  }

  /** A bit for each rule that does not hold. */
  long broken(GenericRecord event) throws ScriptException {
    Map<String, Object> arguments =
        Map.of("event", DefaultTypeAdapter.Instance.nativeToValue(EventMap.of(event)));
    long broken = 0;
    for (int rule = 0; rule < scripts.size(); rule++) {
      if (!scripts.get(rule).execute(Boolean.class, arguments)) {
        broken |= 1L << rule;
      }
    }
    return broken;
  }
}

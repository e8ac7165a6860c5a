package io.leat.benchmarks;

import dev.cel.common.CelValidationException;
import dev.cel.runtime.CelEvaluationException;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.reader.PipelineReader;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.projectnessie.cel.tools.ScriptException;

/**
 * What a rule costs an event, by its kind: as Leat evaluates it, as the CEL library does with what
 * Leat sets it up with, as that library does as it comes, and as the one that Confluent uses does.
 * {@code all} is all rules of the contract, one after the other.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RuleBenchmark {
  private static final int PAYMENTS = 1_024;

  @Param({
    "all",
    "amount_in_range",
    "currency_is_ours",
    "card_is_masked",
    "texts_have_length",
    "total_adds_up",
    "refund_within_total",
    "settles_in_time",
    "terminal_where_one_stands",
    "email_is_plausible",
    "night_payments_are_small"
  })
  private String rule = "";

  private @Nullable Scope scope;
  private @Nullable PlainRules plain;
  private @Nullable ConfluentRules confluent;
  private Program[] programs = {};
  private GenericRecord[] payments = {};
  private int next;

  @Setup
  public void compile()
      throws PipelineException, CelValidationException, CelEvaluationException, ScriptException {
    Contract contract =
        PipelineReader.read(Path.of("benchmarks/pipelines/ingestion")).contracts().get(0);
    Scope made = Scope.ofEvent(contract.schema());
    scope = made;
    List<Contract.Rule> rules =
        contract.rules().stream()
            .filter(one -> rule.equals("all") || one.name().equals(rule))
            .toList();
    plain = new PlainRules(rules);
    confluent = new ConfluentRules(rules);
    programs =
        rules.stream()
            .map(one -> Program.compile(one.check(), made, Program.Result.BOOL))
            .toArray(Program[]::new);
    payments = CodecBenchmark.payments(contract, PAYMENTS);
    for (GenericRecord payment : payments) {
      boolean holds = evaluate(made.bind(payment));
      if (plain.hold(payment) != holds || (confluent.broken(payment) == 0) != holds) {
        throw new IllegalStateException(rule + ": the libraries do not agree on " + payment);
      }
    }
  }

  /** The library as it comes. */
  @Benchmark
  public boolean plain(CpuClock clock) throws CelEvaluationException {
    clock.events++;
    return Objects.requireNonNull(plain, "compiled").hold(payment());
  }

  /** The library that Confluent's rule executor is made of. */
  @Benchmark
  public long confluent(CpuClock clock) throws ScriptException {
    clock.events++;
    return Objects.requireNonNull(confluent, "compiled").broken(payment());
  }

  @Benchmark
  public boolean leat(CpuClock clock) {
    clock.events++;
    return evaluate(bindings());
  }

  @Benchmark
  public boolean library(CpuClock clock) {
    clock.events++;
    return evaluate(new Foreign(bindings()));
  }

  private GenericRecord payment() {
    next = (next + 1) % payments.length;
    return payments[next];
  }

  private Map<String, Object> bindings() {
    return Objects.requireNonNull(scope, "compiled").bind(payment());
  }

  private boolean evaluate(Map<String, Object> bindings) {
    boolean all = true;
    for (Program program : programs) {
      all &= !Boolean.FALSE.equals(program.evaluate(bindings));
    }
    return all;
  }

  /** The same bindings, as if somebody else had made them: programs leave these to the library. */
  private static final class Foreign extends AbstractMap<String, Object> {
    private final Map<String, Object> bindings;

    Foreign(Map<String, Object> bindings) {
      this.bindings = bindings;
    }

    @Override
    public @Nullable Object get(Object name) {
      return bindings.get(name);
    }

    @Override
    public boolean containsKey(Object name) {
      return bindings.containsKey(name);
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      return bindings.entrySet();
    }
  }
}

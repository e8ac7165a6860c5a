package io.leat.benchmarks;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.reader.PipelineReader;
import java.nio.file.Path;
import java.util.AbstractMap;
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

/**
 * What a rule costs an event, by its kind: as Leat evaluates it, and as the CEL library does.
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
  private Program[] programs = {};
  private GenericRecord[] payments = {};
  private int next;

  @Setup
  public void compile() throws PipelineException {
    Contract contract =
        PipelineReader.read(Path.of("benchmarks/pipelines/ingestion")).contracts().get(0);
    Scope made = Scope.ofEvent(contract.schema());
    scope = made;
    programs =
        contract.rules().stream()
            .filter(one -> rule.equals("all") || one.name().equals(rule))
            .map(one -> Program.compile(one.check(), made, Program.Result.BOOL))
            .toArray(Program[]::new);
    payments = CodecBenchmark.payments(contract, PAYMENTS);
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

  private Map<String, Object> bindings() {
    next = (next + 1) % payments.length;
    return Objects.requireNonNull(scope, "compiled").bind(payments[next]);
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

package io.leat.benchmarks;

import io.leat.ingestion.privacy.Protector;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs an event to be decoded, to be encoded, to have two fields masked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
  private static final int PAYMENTS = 1_024;

  private @Nullable Contract contract;
  private @Nullable AvroCodec codec;
  private @Nullable Protector protector;
  private int id;
  private GenericRecord[] payments = {};
  private byte[][] values = {};
  private int next;

  static GenericRecord[] payments(Contract contract, int count) {
    Payments payments = new Payments(contract.schema(), 1_700_000_000_000L, 60_000);
    return LongStream.range(0, count).mapToObj(payments::payment).toArray(GenericRecord[]::new);
  }

  @Setup
  public void prepare() throws PipelineException {
    Contract made =
        PipelineReader.read(Path.of("benchmarks/pipelines/ingestion")).contracts().get(0);
    RegistryClient registry = new RegistryClient("mock://codec-benchmark");
    AvroCodec madeCodec = new AvroCodec(registry);
    id = registry.register("payments-value", made.schema());
    payments = payments(made, PAYMENTS);
    values =
        Arrays.stream(payments)
            .map(payment -> madeCodec.encode(id, payment))
            .toArray(byte[][]::new);
    contract = made;
    codec = madeCodec;
    protector = new Protector(Sensitive.of(made, RuleSet.EMPTY, Map.of()).fields(), made.schema());
  }

  @Benchmark
  public GenericRecord decode(CpuClock clock) {
    clock.events++;
    return Objects.requireNonNull(codec).decode(values[turn()], contract().schema());
  }

  @Benchmark
  public byte[] encode(CpuClock clock) {
    clock.events++;
    return Objects.requireNonNull(codec).encode(id, payments[turn()]);
  }

  /** Two HMACs; the values are put back first, so that it is a text of the same length again. */
  @Benchmark
  public boolean maskTwoFields(CpuClock clock) {
    clock.events++;
    GenericRecord payment = payments[turn()];
    payment.put("email", "customer.123456@mail.example");
    payment.put("iban", "BE68000539007547");
    return Objects.requireNonNull(protector).protect(payment);
  }

  private int turn() {
    next = (next + 1) % PAYMENTS;
    return next;
  }

  private Contract contract() {
    return Objects.requireNonNull(contract);
  }
}

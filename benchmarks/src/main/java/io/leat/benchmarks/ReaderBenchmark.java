package io.leat.benchmarks;

import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.RandomData;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What it costs to decode a value of the schemas that the examples have: by Leat's reader, by
 * Avro's fast reader and by its slow one. All make the same records, with texts as {@link String}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReaderBenchmark {
  private static final int VALUES = 1_024;
  private static final long SEED = 7;

  private static final Map<String, Path> SCHEMAS =
      Map.of(
          "payments, 18 fields", Path.of("benchmarks/pipelines/ingestion/contracts/payments.avsc"),
          "card payments, 7 fields", Path.of("examples/card-payments/contracts/payments.avsc"),
          "electricity, 8 fields", Path.of("examples/electricity/contracts/readings.avsc"));

  @Param({"payments, 18 fields", "card payments, 7 fields", "electricity, 8 fields"})
  public String schema = "";

  private @Nullable Schema wanted;
  private @Nullable AvroCodec codec;
  private @Nullable GenericDatumReader<GenericRecord> fast;
  private @Nullable GenericDatumReader<GenericRecord> slow;
  private @Nullable BinaryDecoder decoder;
  private byte[][] values = {};
  private int next;

  @Setup
  public void prepare() throws IOException {
    Schema read = new Schema.Parser().parse(Files.readString(SCHEMAS.get(schema)));
    RegistryClient registry = new RegistryClient("mock://reader-benchmark");
    int id = registry.register("events-value", read);
    codec = new AvroCodec(registry);
    wanted = read;
    fast = reader(read, true);
    slow = reader(read, false);
    List<byte[]> made = new ArrayList<>();
    for (Object record : new RandomData(read, VALUES, SEED, false)) {
      byte[] value = codec.encode(id, (GenericRecord) record);
      made.add(value);
      GenericRecord expected = codec.decode(value, read);
      if (GenericData.get().compare(expected, byAvro(fast, value), read) != 0
          || GenericData.get().compare(expected, byAvro(slow, value), read) != 0) {
        throw new IllegalStateException("the readers do not agree on " + expected);
      }
    }
    values = made.toArray(byte[][]::new);
  }

  private static GenericDatumReader<GenericRecord> reader(Schema schema, boolean fast) {
    Schema texts = new Schema.Parser().parse(schema.toString());
    texts.getFields().forEach(field -> asString(field.schema()));
    GenericData data = new GenericData();
    data.setFastReaderEnabled(fast);
    return new GenericDatumReader<>(texts, texts, data);
  }

  private static void asString(Schema schema) {
    if (schema.getType() == Schema.Type.UNION) {
      schema.getTypes().forEach(ReaderBenchmark::asString);
    } else if (schema.getType() == Schema.Type.STRING) {
      GenericData.setStringType(schema, GenericData.StringType.String);
    }
  }

  @Benchmark
  public GenericRecord leat(CpuClock clock) {
    clock.events++;
    return Objects.requireNonNull(codec).decode(value(), Objects.requireNonNull(wanted));
  }

  @Benchmark
  public GenericRecord fast(CpuClock clock) throws IOException {
    clock.events++;
    return byAvro(Objects.requireNonNull(fast), value());
  }

  @Benchmark
  public GenericRecord slow(CpuClock clock) throws IOException {
    clock.events++;
    return byAvro(Objects.requireNonNull(slow), value());
  }

  private GenericRecord byAvro(GenericDatumReader<GenericRecord> reader, byte[] value)
      throws IOException {
    decoder =
        DecoderFactory.get()
            .binaryDecoder(
                value, WireFormat.HEADER_LENGTH, value.length - WireFormat.HEADER_LENGTH, decoder);
    return reader.read(null, decoder);
  }

  private byte[] value() {
    next = (next + 1) % VALUES;
    return values[next];
  }
}

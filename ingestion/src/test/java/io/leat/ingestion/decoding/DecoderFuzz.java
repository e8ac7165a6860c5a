package io.leat.ingestion.decoding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.testing.FuzzWatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterAll;

/**
 * Bytes that Jazzer bends to reach every branch: whatever they are, a reader says what they hold or
 * why they hold nothing, throws nothing, takes less than a second, and what it read can be written
 * and read again.
 */
class DecoderFuzz {
  private static final String REGISTRY = "mock://fuzz";
  private static final int READERS = 10;

  /** Seconds of a busy machine with one slow core make more. */
  private static final long LEAST_RUNS = 1_000;

  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String CHANGE =
      """
      {"schema": {"type": "struct", "fields": [{"field": "after", "type": "struct", "fields": [
         {"field": "amount", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "2"}},
         {"field": "d", "type": "struct", "name": "io.debezium.data.VariableScaleDecimal"},
         {"field": "micros", "type": "int64", "name": "io.debezium.time.NanoTimestamp"},
         {"field": "day", "type": "int32", "name": "io.debezium.time.Date"},
         {"field": "time", "type": "int64", "name": "io.debezium.time.MicroTime"},
         {"field": "text", "type": "string"}, {"field": "raw", "type": "bytes"}]}]},
       "payload": {"op": "c", "ts_ms": 0, "after": %s}}\
      """;

  private static final Map<Integer, Long> RUNS = new TreeMap<>();

  private final Map<String, EventReader> readers = new HashMap<>();
  private final RegistryClient registry = new RegistryClient(REGISTRY);
  private final AvroCodec codec = new AvroCodec(registry);

  /** Knows every contract's schema; the readers' own knows one, as the registry in memory wants. */
  private final RegistryClient all = new RegistryClient(REGISTRY + "-all");

  private final AvroCodec again = new AvroCodec(all);
  private final Map<Schema, Integer> ids = new HashMap<>();
  private final Schema orders;

  DecoderFuzz() throws Exception {
    InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    RegistryRetry retry = new RegistryRetry(clock, time -> {});
    for (String folder : new String[] {"/orders", "/numbers"}) {
      Pipeline pipeline =
          PipelineReader.read(
              Path.of(Objects.requireNonNull(DecoderFuzz.class.getResource(folder)).toURI()));
      for (Contract contract : pipeline.contracts()) {
        ids.put(contract.schema(), all.register(contract.event() + "-value", contract.schema()));
        readers.put(
            contract.event(),
            EventReaders.of(
                contract,
                new ContractSchemas(contract, registry, retry, clock),
                codec,
                path -> true));
      }
    }
    orders =
        ids.keySet().stream().filter(s -> s.getName().equals("Order")).findFirst().orElseThrow();
  }

  /** Jazzer repeats what it once found unless the variable is set, and there may be nothing. */
  @AfterAll
  static void everyReaderWasTried() {
    System.out.println("runs by reader: " + RUNS);
    if (System.getenv("JAZZER_FUZZ") != null) {
      assertThat(RUNS).hasSize(READERS).allSatisfy((reader, runs) -> assertThat(runs).isPositive());
      assertThat(RUNS.values().stream().mapToLong(Long::longValue).sum()).isGreaterThan(LEAST_RUNS);
    }
  }

  /** The first byte chooses what the others are taken for. */
  @FuzzTest(maxDuration = "8s")
  void whateverTheBytesAreAReaderSaysWhatTheyHold(byte[] bytes) {
    if (bytes.length > 0) {
      int reader = Math.floorMod(bytes[0], READERS);
      RUNS.merge(reader, 1L, Long::sum);
      byte[] rest = ByteBuffer.allocate(bytes.length - 1).put(bytes, 1, bytes.length - 1).array();
      FuzzWatch.within1s(() -> read(reader, rest));
    }
  }

  private void read(int reader, byte[] rest) {
    switch (reader) {
      case 0 -> read("orders_avro", framed(rest), Map.of());
      case 1 -> read("orders_avro", rest, Map.of());
      case 2 -> read("orders_json", rest, Map.of());
      case 3 -> read("orders_cloud", rest, Map.of("content-type", STRUCTURED.getBytes(UTF_8)));
      case 4 -> read("orders_changes", rest, Map.of());
      case 5 -> read("numbers", rest, Map.of());
      case 6 -> read("cloud", rest, Map.of("content-type", STRUCTURED.getBytes(UTF_8)));
      case 7 ->
          read(
              "cloud",
              "{}".getBytes(UTF_8),
              Map.of(
                  "ce_specversion", "1.0".getBytes(UTF_8),
                  "ce_id", rest,
                  "ce_source", rest,
                  "ce_type", rest,
                  "ce_time", rest,
                  "content-type", rest));
      case 8 -> read("rows", within(CHANGE, rest), Map.of());
      default -> {
        for (String field : new String[] {"l", "f", "d", "fd", "amount", "micros", "doubles"}) {
          read(
              "numbers",
              within("{\"id\": \"n\", \"ts\": 0, \"" + field + "\": %s}", rest),
              Map.of());
        }
      }
    }
  }

  /** A text around bytes that may be none. */
  private static byte[] within(String text, byte[] bytes) {
    return text.replace("%s", new String(bytes, ISO_8859_1)).getBytes(ISO_8859_1);
  }

  private byte[] framed(byte[] rest) {
    int id = registry.register("orders_avro-value", orders);
    return ByteBuffer.allocate(5 + rest.length).put((byte) 0).putInt(id).put(rest).array();
  }

  private GenericRecord again(GenericRecord event) {
    int id = Objects.requireNonNull(ids.get(event.getSchema()));
    return again.decode(again.encode(id, event), event.getSchema());
  }

  private void read(String event, byte[] value, Map<String, byte[]> headers) {
    RecordHeaders all = new RecordHeaders();
    headers.forEach(all::add);
    Opened opened = Objects.requireNonNull(readers.get(event)).read(value, all);
    if (opened instanceof Opened.Refused refused) {
      assertThat(refused.message()).isNotBlank();
      assertThat(refused.reason()).isNotEqualTo(DeadLetterReason.INTERNAL_ERROR);
    } else if (opened instanceof Opened.Event read) {
      GenericRecord once = again(read.event());
      assertThat(again(once)).isEqualTo(once); // not by bytes: a map's entries have no order
    }
  }
}

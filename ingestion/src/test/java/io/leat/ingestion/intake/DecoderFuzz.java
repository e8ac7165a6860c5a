package io.leat.ingestion.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.leat.ingestion.ContractSchemas;
import io.leat.ingestion.DeadLetterReason;
import io.leat.pipeline.Contract;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineReader;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterAll;

/**
 * Bytes that Jazzer bends to reach every branch: whatever they are, a reader says what they hold or
 * why they hold nothing, throws nothing, and what it read can be written and read again.
 */
class DecoderFuzz {
  private static final String REGISTRY = "mock://fuzz";
  private static final int READERS = 5;

  /** Twenty seconds of a busy machine with one slow core make more. */
  private static final long LEAST_RUNS = 1_000;

  private static final Map<Integer, Long> RUNS = new TreeMap<>();

  private final Map<String, EventReader> readers = new HashMap<>();
  private final AvroCodec codec;
  private final int schemaId;
  private final Contract avro;

  DecoderFuzz() throws Exception {
    RegistryClient registry = new RegistryClient(REGISTRY);
    codec = new AvroCodec(registry);
    InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    RegistryPatience patience = new RegistryPatience(clock, time -> {});
    Pipeline pipeline =
        PipelineReader.read(
            Path.of(Objects.requireNonNull(DecoderFuzz.class.getResource("/orders")).toURI()));
    for (Contract contract : pipeline.contracts()) {
      readers.put(
          contract.event(),
          EventReaders.of(
              contract,
              new ContractSchemas(contract, registry, patience, clock),
              codec,
              path -> true));
    }
    avro = pipeline.contract("orders_avro").orElseThrow();
    schemaId = registry.register("orders_avro-value", avro.schema());
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
  @FuzzTest(maxDuration = "20s")
  void whateverTheBytesAreAReaderSaysWhatTheyHold(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    int reader = Math.floorMod(bytes[0], READERS);
    RUNS.merge(reader, 1L, Long::sum);
    byte[] rest = ByteBuffer.allocate(bytes.length - 1).put(bytes, 1, bytes.length - 1).array();
    RecordHeaders headers = new RecordHeaders();
    switch (reader) {
      case 0 -> read("orders_avro", framed(rest), headers);
      case 1 -> read("orders_avro", rest, headers);
      case 2 -> read("orders_json", rest, headers);
      case 3 -> {
        headers.add(
            "content-type",
            "application/cloudevents+json".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        read("orders_cloud", rest, headers);
      }
      default -> read("orders_changes", rest, headers);
    }
  }

  private byte[] framed(byte[] rest) {
    return ByteBuffer.allocate(5 + rest.length).put((byte) 0).putInt(schemaId).put(rest).array();
  }

  private GenericRecord again(GenericRecord event) {
    return codec.decode(codec.encode(schemaId, event), avro.schema());
  }

  private void read(String event, byte[] value, RecordHeaders headers) {
    Opened opened = Objects.requireNonNull(readers.get(event)).read(value, headers);
    if (opened instanceof Opened.Refused refused) {
      assertThat(refused.message()).isNotBlank();
      assertThat(refused.reason()).isNotEqualTo(DeadLetterReason.INTERNAL_ERROR);
    } else if (opened instanceof Opened.Event read) {
      GenericRecord once = again(read.event());
      assertThat(again(once)).isEqualTo(once); // not by bytes: a map's entries have no order
    }
  }
}

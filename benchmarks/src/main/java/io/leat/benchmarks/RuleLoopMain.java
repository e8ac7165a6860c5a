package io.leat.benchmarks;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.projectnessie.cel.tools.ScriptException;

/**
 * The peer of ingestion's rules: a loop that consumes and produces, exactly-once, and between the
 * two what Confluent's serializers do, as far as Maven Central has it: they decode by Avro's own
 * reader, find the rules of the value's schema id, evaluate each by {@link ConfluentRules}, and
 * encode by Avro's own writer. It masks nothing, adds no header and lets duplicates pass.
 */
public final class RuleLoopMain {
  private static final Duration COMMITS = Duration.ofMillis(100);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Events of which the result is compared with what Leat's own rules say. */
  private static final int CHECKED = 1_024;

  private final Contract contract;
  private final RegistryClient registry;
  private final Map<Integer, Reader> readers = new HashMap<>();
  private final Scope scope;
  private final List<Program> expected;
  private final GenericDatumWriter<GenericRecord> writer;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
  private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(buffer, null);
  private @Nullable BinaryDecoder decoder;
  private int checked;

  /** What is known of a schema id. */
  private record Reader(GenericDatumReader<GenericRecord> values, ConfluentRules rules) {}

  private RuleLoopMain(Contract contract, RegistryClient registry) {
    this.contract = contract;
    this.registry = registry;
    this.writer = new GenericDatumWriter<>(contract.schema());
    this.scope = Scope.ofEvent(contract.schema());
    this.expected =
        contract.rules().stream()
            .map(rule -> Program.compile(rule.check(), scope, Program.Result.BOOL))
            .toList();
  }

  /** Takes what every service takes: names of options, each with its value. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      options.put(arguments[i], arguments[i + 1]);
    }
    Pipeline pipeline = PipelineReader.read(Path.of(options.get("--pipeline")));
    new RuleLoopMain(pipeline.contracts().get(0), new RegistryClient(options.get("--registry-url")))
        .run(options.get("--bootstrap-servers"), pipeline.name() + "-ingestion");
  }

  private void run(String servers, String group) throws IOException, ScriptException {
    String valid = Topics.valid(contract.event());
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(servers, group);
        KafkaProducer<byte[], byte[]> producer = producer(servers, group)) {
      producer.initTransactions();
      consumer.subscribe(List.of(contract.event()));
      while (true) {
        producer.beginTransaction();
        long end = System.nanoTime() + COMMITS.toNanos();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        do {
          ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
          for (ConsumerRecord<byte[], byte[]> record : records) {
            producer.send(new ProducerRecord<>(valid, record.key(), checked(record.value())));
          }
          next.putAll(records.nextOffsets());
        } while (System.nanoTime() < end);
        producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
        producer.commitTransaction();
      }
    }
  }

  private byte[] checked(byte[] value) throws IOException, ScriptException {
    int id = WireFormat.schemaId(value);
    Reader reader = readers.get(id);
    if (reader == null) {
      Schema written = registry.schema(id).orElseThrow();
      reader =
          new Reader(
              new GenericDatumReader<>(written, contract.schema()),
              new ConfluentRules(contract.rules()));
      readers.put(id, reader);
    }
    decoder =
        DecoderFactory.get()
            .binaryDecoder(
                value, WireFormat.HEADER_LENGTH, value.length - WireFormat.HEADER_LENGTH, decoder);
    GenericRecord event = reader.values().read(null, decoder);
    long broken = reader.rules().broken(event);
    if (checked++ < CHECKED) {
      compare(event, broken);
    }
    for (int rule = 0; broken >>> rule != 0; rule++) {
      if ((broken >>> rule & 1) != 0 && contract.rules().get(rule).severity() == Severity.ERROR) {
        throw new IllegalStateException(
            "rule %s does not hold for %s".formatted(contract.rules().get(rule).name(), event));
      }
    }
    return encoded(value, event);
  }

  private byte[] encoded(byte[] value, GenericRecord event) throws IOException {
    buffer.reset();
    buffer.write(value, 0, WireFormat.HEADER_LENGTH);
    writer.write(event, encoder);
    return buffer.toByteArray();
  }

  private void compare(GenericRecord event, long broken) {
    GenericRecord texts = GenericData.get().deepCopy(event.getSchema(), event);
    for (Schema.Field field : texts.getSchema().getFields()) {
      if (texts.get(field.pos()) instanceof CharSequence text) {
        texts.put(field.pos(), text.toString());
      }
    }
    for (int rule = 0; rule < expected.size(); rule++) {
      boolean breaks = Boolean.FALSE.equals(expected.get(rule).evaluate(scope.bind(texts)));
      if (breaks != ((broken >>> rule & 1) != 0)) {
        throw new IllegalStateException(
            "rule %s: Leat says otherwise of %s"
                .formatted(contract.rules().get(rule).name(), event));
      }
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String servers, String group) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            servers,
            "group.id",
            group,
            "isolation.level",
            "read_committed",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false,
            "max.poll.records",
            1_000),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static KafkaProducer<byte[], byte[]> producer(String servers, String group) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            servers,
            "transactional.id",
            group,
            "compression.type",
            "lz4",
            "batch.size",
            64 * 1024,
            "linger.ms",
            100),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}

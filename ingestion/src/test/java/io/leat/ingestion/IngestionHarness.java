package io.leat.ingestion;

import static io.leat.schemas.RecordHeaders.DEAD_LETTER;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Contract;
import io.leat.records.DeadLetter;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology of one contract, a registry in memory, and the three topics. */
final class IngestionHarness implements AutoCloseable {
  final FakeRegistry registryServer;
  final RegistryClient registry;
  final AvroCodec codec;
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Contract contract;
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> raw;
  private final TestOutputTopic<byte[], byte[]> valid;
  private final TestOutputTopic<byte[], byte[]> deadLetters;

  IngestionHarness(Contract contract) throws IOException {
    this(contract, new Properties());
  }

  IngestionHarness(Contract contract, Properties further) throws IOException {
    this.contract = contract;
    this.registryServer = new FakeRegistry();
    this.registry = registryServer.client();
    this.codec = new AvroCodec(registry);
    InstantSource clock = InstantSource.fixed(Payments.NOW);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop-ingestion");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
    settings.putAll(further);
    driver =
        new TopologyTestDriver(
            IngestionTopology.build(
                Payments.pipeline(contract),
                registry,
                new RegistryRetry(clock, time -> {}),
                metrics,
                clock),
            settings);
    raw = driver.createInputTopic("payments", new ByteArraySerializer(), new ByteArraySerializer());
    valid =
        driver.createOutputTopic(
            "payments.valid", new ByteArrayDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic(
            "payments.dlq", new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The wire format of an event, its schema registered as a producer would. */
  byte[] encode(GenericRecord event) {
    return codec.encode(registry.register("payments-value", event.getSchema()), event);
  }

  void produce(byte @Nullable [] value) {
    produce(new TestRecord<>("c1".getBytes(UTF_8), value));
  }

  void produce(TestRecord<byte[], byte[]> record) {
    raw.pipeInput(record);
  }

  List<TestRecord<byte[], byte[]>> valid() {
    return valid.readRecordsToList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return deadLetters.readRecordsToList();
  }

  /** The reason codes of the dead letters so far. */
  List<String> reasons() {
    return deadLetters().stream()
        .map(deadLetter -> header(deadLetter, RecordHeaders.REASON))
        .toList();
  }

  DeadLetter explain(TestRecord<byte[], byte[]> deadLetter) {
    return codec.decode(deadLetter.headers().lastHeader(DEAD_LETTER).value(), DeadLetter.class);
  }

  static String header(TestRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("(none)");
  }

  double count(String name, String... tags) {
    return metrics.get(name).tags(tags).counter().count();
  }

  @Override
  public void close() {
    driver.close();
    registryServer.close();
  }
}

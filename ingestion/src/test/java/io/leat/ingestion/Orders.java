package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline {@code orders}: one schema and one set of rules, taken in as Avro, JSON, CloudEvents
 * and changes of a database; its topology, and a registry in memory.
 */
final class Orders implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  final FakeRegistry server;
  final RegistryClient registry;
  final AvroCodec codec;
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Schema schema;
  private final TopologyTestDriver driver;

  Orders() throws IOException {
    this(pipeline("orders"));
  }

  Orders(Pipeline pipeline) throws IOException {
    this(pipeline, new FakeRegistry());
  }

  /**
   * @param server what it holds already counts; closed with this
   */
  Orders(Pipeline pipeline, FakeRegistry server) {
    this.server = server;
    registry = server.client();
    codec = new AvroCodec(registry);
    schema = pipeline.contracts().get(0).schema();
    InstantSource clock = InstantSource.fixed(NOW);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "orders-ingestion");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
    driver =
        new TopologyTestDriver(
            IngestionTopology.build(
                pipeline, registry, new RegistryRetry(clock, time -> {}), metrics, clock),
            settings,
            NOW);
  }

  /** A pipeline of the test resources. */
  static Pipeline pipeline(String name) {
    try {
      return PipelineReader.read(folder(name));
    } catch (PipelineException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path folder(String name) {
    try {
      return Path.of(Objects.requireNonNull(Orders.class.getResource("/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An order that meets the contract. */
  GenericRecordBuilder order(String id) {
    return new GenericRecordBuilder(schema)
        .set("order_id", id)
        .set("ordered_at", NOW.toEpochMilli())
        .set("customer_id", "c1")
        .set("amount", 12.5)
        .set("country", "BE");
  }

  byte[] avro(GenericRecordBuilder order) {
    return codec.encode(registry.register("orders_avro-value", schema), order.build());
  }

  static String json(String id) {
    return "{\"order_id\": \"%s\", \"ordered_at\": \"%s\", \"customer_id\": \"c1\", \"amount\": 12.5, \"country\": \"BE\"}"
        .formatted(id, NOW);
  }

  void produce(String event, byte @Nullable [] value, Map<String, String> headers) {
    Map<String, byte[]> bytes = new TreeMap<>();
    headers.forEach((name, text) -> bytes.put(name, text.getBytes(UTF_8)));
    produceWithBytes(event, value, bytes);
  }

  /** As {@link #produce}, with headers that may be no texts. */
  void produceWithBytes(String event, byte @Nullable [] value, Map<String, byte[]> headers) {
    RecordHeaders all = new RecordHeaders();
    new TreeMap<>(headers).forEach(all::add);
    driver
        .createInputTopic(event, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>("c1".getBytes(UTF_8), value, all));
  }

  List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  double count(String event, String outcome) {
    return metrics
        .get("leat.ingestion.events")
        .tags("event", event, "outcome", outcome)
        .counter()
        .count();
  }

  @Override
  public void close() {
    driver.close();
    server.close();
  }
}

package io.leat.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.ingestion.IngestionJob;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A pipeline of one event, payments, on a cluster, whose contract changes as a test goes on. */
final class Shop {
  static final Duration TIMEOUT = Duration.ofMinutes(2);
  static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "namespace": "shop", "fields": [
                {"name": "payment_id", "type": "string"},
                {"name": "customer_id", "type": "string"},
                {"name": "card", "type": "string"},
                {"name": "amount", "type": "double"},
                {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
              """);

  final String event;
  final Path folder;

  /** One for all starts: another would be another instance, for which the group waits 45 s. */
  private final Path state;

  private final TestCluster cluster;
  private final RegistryClient registry;

  Shop(TestCluster cluster) throws IOException {
    this.cluster = cluster;
    this.registry = cluster.newRegistryClient();
    this.event = TestCluster.uniqueName("payments");
    this.folder = cluster.newDirectory("pipeline");
    this.state = cluster.newDirectory("state");
    Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(folder.resolve("contracts/payments.avsc"), SCHEMA.toString());
    Files.writeString(
        folder.resolve("pipeline.yaml"),
        "pipeline: %s\nowner: shop-team\n".formatted(TestCluster.uniqueName("shop")));
  }

  /** Gives the event a contract, in place of the one before, and applies it. */
  Shop contract(String more) throws IOException, PipelineException {
    Files.writeString(
        folder.resolve("contracts/payments.yaml"),
        """
        event: %s
        schema: payments.avsc
        key: customer_id
        event_id: payment_id
        event_time: paid_at
        topic: { partitions: 2 }
        %s"""
            .formatted(event, more));
    new Applier(kafka(), registry).apply(pipeline(), "test");
    return this;
  }

  Pipeline pipeline() throws PipelineException {
    return PipelineReader.read(folder);
  }

  Map<String, Object> kafka() {
    return new HashMap<>(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  RegistryClient registry() {
    return registry;
  }

  GenericRecord payment(String id, double amount) {
    GenericRecord payment = new GenericData.Record(SCHEMA);
    payment.put("payment_id", id);
    payment.put("customer_id", "c1");
    payment.put("card", "4111111111111111");
    payment.put("amount", amount);
    payment.put("paid_at", Instant.now().toEpochMilli());
    return payment;
  }

  byte[] encode(GenericRecord payment) {
    return new AvroCodec(registry)
        .encode(registry.register(Topics.valueSubject(event), SCHEMA), payment);
  }

  /** Runs ingestion until it has put so many records into a topic since its beginning. */
  List<ConsumerRecord<byte[], byte[]>> ingest(String topic, int records) throws PipelineException {
    try (StreamsService service =
            StreamsService.start(
                new IngestionJob(),
                JobOptions.of(
                    folder, cluster.bootstrapServers(), cluster.registryUrl(), state, 0));
        TopicReader reader = cluster.newReader(topic)) {
      return reader.await(records, TIMEOUT);
    }
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }

  DeadLetterContract contract() throws PipelineException {
    return new DeadLetterContract(pipeline().contract(event).orElseThrow(), registry);
  }

  ReplayReport replay(ReplayPlan plan, Map<String, String> sets, DeadLetterReplay.Listener listener)
      throws PipelineException {
    DeadLetterContract contract = contract();
    return new DeadLetterReplay(
            kafka(),
            registry,
            pipeline().name(),
            contract,
            new Repair(contract, sets, registry),
            InstantSource.system())
        .run(plan, listener);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

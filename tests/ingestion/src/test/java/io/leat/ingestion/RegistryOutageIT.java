package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.ingestion.FaultyRegistry.Fault;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A registry out of order, in front of ingestion as a process: events of schemas that were seen go
 * on; an event of another one holds up its own partition, and no more, until the registry answers.
 */
class RegistryOutageIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int EVENTS = 50;

  private static TestCluster cluster;
  private static FaultyRegistry faulty;
  private static ServiceProcess service;
  private static KafkaProducer<byte[], byte[]> producer;
  private static TopicReader reader;
  private static AvroCodec codec;
  private static RegistryClient registry;
  private static int currentId;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.shared();
    registry = cluster.newRegistryClient();
    codec = new AvroCodec(registry);
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(PipelineReader.read(Payments.folder()), "test");
    currentId = registry.register("payments-value", Payments.SCHEMA);
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    faulty = new FaultyRegistry(cluster.registryUrl());
    int port = Ports.free();
    service =
        ServiceProcess.start(
            IngestionJob.class,
            List.of(
                "--pipeline=" + Payments.folder(),
                "--bootstrap-servers=" + cluster.bootstrapServers(),
                "--registry-url=" + faulty.url(),
                "--state-dir=" + cluster.newDirectory("state"),
                "--http-port=" + port),
            port,
            cluster.newDirectory("log"));
    service.awaitReady();
    reader = cluster.newReader("payments.valid", "payments.dlq");
    produce(0, current("seen-0", 5));
    produce(1, current("seen-1", 5));
    reader.await(2, TIMEOUT);
  }

  @AfterAll
  static void close() {
    reader.close();
    service.close();
    producer.close();
    faulty.close();
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whatWasSeenGoesOnAndTheRestWaitsAndNothingIsLost(Fault fault) throws Exception {
    String name = fault.name();
    byte[] unseen = unseen(name);
    faulty.is(fault);

    produce(0, current(name + "-before", 5));
    produce(0, unseen);
    produce(0, current(name + "-behind", 5));
    for (int i = 0; i < EVENTS; i++) {
      produce(1, current(name + "-" + i, 5));
    }
    produce(1, current(name + "-bad", -5));

    List<ConsumerRecord<byte[], byte[]>> meanwhile = reader.await(EVENTS + 2, TIMEOUT);
    await().atMost(TIMEOUT).until(() -> !service.isReady());
    assertThat(service.get("/health/ready").body()).contains("registry");
    assertThat(ids(meanwhile)).contains(name + "-before", name + "-0").doesNotContain(name + "-x");
    assertThat(reader.readToEnd()).as("the partition waits").isEmpty();

    if (fault != Fault.SLOW) { // a slow registry answers by itself
      faulty.is(Fault.NONE);
    }
    List<ConsumerRecord<byte[], byte[]>> late = reader.await(2, TIMEOUT);
    faulty.is(Fault.NONE);
    await().atMost(TIMEOUT).until(service::isReady);

    assertThat(ids(late)).containsExactly(name + "-x", name + "-behind");
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(meanwhile);
    all.addAll(late);
    all.addAll(reader.readToEnd());
    assertThat(all)
        .extracting(record -> header(record, RecordHeaders.SOURCE))
        .doesNotHaveDuplicates();
    assertThat(all).hasSize(EVENTS + 4);
    assertThat(all.stream().filter(record -> record.topic().equals("payments.dlq")))
        .extracting(record -> header(record, RecordHeaders.REASON))
        .containsExactly("RULE_VIOLATED");
    assertThat(service.process().log()).doesNotContain("given back", "cannot go on");
  }

  private static byte[] current(String id, double amount) {
    return codec.encode(currentId, Payments.payment(id, amount).build());
  }

  /** An event of a version of the schema that nobody has written with yet. */
  private static byte[] unseen(String name) {
    Schema schema =
        new Schema.Parser()
            .parse(
                Payments.SCHEMA
                    .toString()
                    .replace(
                        "\"fields\":[",
                        "\"fields\":[{\"name\":\"note_%s\",\"type\":\"string\",\"default\":\"\"},"
                            .formatted(name)));
    GenericRecord payment = new GenericData.Record(schema);
    GenericRecord known = Payments.payment(name + "-x", 5).build();
    known.getSchema().getFields().forEach(f -> payment.put(f.name(), known.get(f.name())));
    payment.put("note_" + name, "new");
    return codec.encode(registry.register("payments-value", schema), payment);
  }

  private static void produce(int partition, byte[] value) throws Exception {
    producer.send(new ProducerRecord<>("payments", partition, "c1".getBytes(UTF_8), value)).get();
  }

  private static List<String> ids(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(record -> header(record, RecordHeaders.EVENT_ID)).toList();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("");
  }
}

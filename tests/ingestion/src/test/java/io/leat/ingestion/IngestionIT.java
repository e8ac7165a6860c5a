package io.leat.ingestion;

import static io.leat.ingestion.Payments.olderPayment;
import static io.leat.ingestion.Payments.payment;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.DeadLetter;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.stack.Ports;
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.soak.Soak;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ingestion as a process, killed and starved, against the real broker and the real registry. */
class IngestionIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String JSON_SCHEMA =
      "{\\\"$schema\\\": \\\"http://json-schema.org/draft-07/schema#\\\", \\\"type\\\": \\\"object\\\"}";

  /** When it is killed first: while events are on their way, while it joins, as it begins. */
  private static final List<Integer> MOMENTS = List.of(2, 0, 1);

  private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*(\\d+)");

  private TestCluster cluster;
  private RegistryClient registry;
  private AvroCodec codec;
  private KafkaProducer<byte[], byte[]> producer;
  private int olderId;
  private int currentId;

  @BeforeEach
  void applyThePipelineOverAnOlderVersionOfItsContract() throws PipelineException {
    cluster = TestCluster.shared();
    registry = cluster.newRegistryClient();
    codec = new AvroCodec(registry);
    olderId = registry.register("payments-value", Payments.OLDER_SCHEMA);
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(PipelineReader.read(Payments.folder()), "test");
    currentId = registry.register("payments-value", Payments.SCHEMA);
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "compression.type",
                "lz4",
                "max.request.size",
                32 * 1024 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void close() {
    if (producer != null) {
      producer.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @SuppressWarnings("ArrayAsKeyOfSetOrMap") // a list of pairs
  void everyEventOfAMixedBatchIsAccountedFor() throws Exception {
    byte[] good = codec.encode(currentId, payment("p1", 5).build());
    byte[] unknownId = good.clone();
    unknownId[2] = 99;
    byte[] negativeId = good.clone();
    negativeId[1] = -1;
    byte[] zeroId = {0, 0, 0, 0, 0, 1};
    byte[] json = {0, 0, 0, 0, (byte) registerElsewhere("JSON", JSON_SCHEMA), 1};
    Schema refund = SchemaBuilder.record("Refund").fields().requiredString("why").endRecord();
    byte[] other =
        codec.encode(
            registry.register("refunds-value", refund),
            new GenericRecordBuilder(refund).set("why", "torn").build());
    Map<byte @Nullable [], String> batch = new LinkedHashMap<>();
    batch.put(good, "valid");
    batch.put("not avro".getBytes(UTF_8), "NOT_FRAMED");
    batch.put(unknownId, "UNKNOWN_SCHEMA");
    batch.put(negativeId, "UNKNOWN_SCHEMA");
    batch.put(zeroId, "UNKNOWN_SCHEMA");
    batch.put(json, "UNREADABLE_SCHEMA");
    batch.put(other, "INCOMPATIBLE_SCHEMA");
    batch.put(Arrays.copyOf(good, good.length - 3), "NOT_THE_SCHEMA");
    batch.put(Arrays.copyOf(good, good.length + 1), "TRAILING_BYTES");
    batch.put(codec.encode(currentId, payment("p2", -5).build()), "RULE_VIOLATED");
    batch.put(null, "NULL_VALUE");
    batch.put(codec.encode(olderId, olderPayment("p3", 7)), "older");
    batch.put(codec.encode(currentId, payment("p4", 60_000).build()), "warned");
    batch.put(new byte[6_000_000], "UNKNOWN_SCHEMA and too large to copy"); // few bytes compressed
    batch.put(codec.encode(currentId, payment("p5", 5).build()), "valid");
    Map<String, String> expected = new HashMap<>();
    Map<String, byte @Nullable []> values = new HashMap<>();
    for (Map.Entry<byte @Nullable [], String> event : batch.entrySet()) {
      String position = produce(event.getKey());
      expected.put(position, event.getValue());
      values.put(position, event.getKey());
    }

    Map<String, ConsumerRecord<byte[], byte[]>> outcome = new HashMap<>();
    String metrics;
    try (ServiceProcess service = start();
        TopicReader reader = cluster.newReader("payments.valid", "payments.dlq")) {
      service.awaitReady();
      reader
          .await(batch.size(), TIMEOUT)
          .forEach(record -> assertThat(outcome.put(source(record), record)).isNull());
      metrics = service.get("/metrics").body();
    }

    assertThat(outcome.keySet()).isEqualTo(expected.keySet());
    expected.forEach((position, what) -> verify(what, outcome.get(position), values.get(position)));
    System.out.println(
        metrics
            .lines()
            .filter(line -> line.startsWith("leat_ingestion") && !line.endsWith(" 0.0"))
            .sorted()
            .toList());
    assertThat(metrics).containsPattern("leat_ingestion_events_total\\{[^}]*\"warned\"[^}]*} 1.0");
    assertThat(metrics).containsPattern("leat_ingestion_events_total\\{[^}]*\"valid\"[^}]*} 3.0");
    assertThat(metrics)
        .containsPattern("leat_ingestion_events_total\\{[^}]*\"dead_letter\"[^}]*} 11.0");
  }

  private void verify(
      String what, ConsumerRecord<byte[], byte[]> record, byte @Nullable [] original) {
    switch (what) {
      case "valid", "warned", "older" -> {
        assertThat(record.topic()).as(what).isEqualTo("payments.valid");
        GenericRecord event = codec.decode(record.value(), Payments.SCHEMA);
        assertThat(codec.writerSchema(record.value())).isEqualTo(Payments.SCHEMA);
        assertThat(event.get("customer_id")).isEqualTo("c1");
        assertThat(header(record, RecordHeaders.WRITER_VERSION))
            .isEqualTo(what.equals("older") ? "1" : "");
        assertThat(header(record, RecordHeaders.CONTRACT)).isEqualTo("payments@2");
        assertThat(header(record, RecordHeaders.WARNINGS))
            .isEqualTo(what.equals("warned") ? "plausible_amount" : "");
      }
      case "UNKNOWN_SCHEMA and too large to copy" -> {
        assertThat(record.topic()).isEqualTo("payments.dlq");
        assertThat(record.value()).isNull();
        assertThat(header(record, RecordHeaders.REASON)).isEqualTo("UNKNOWN_SCHEMA");
      }
      default -> {
        assertThat(record.topic()).as(what).isEqualTo("payments.dlq");
        assertThat(header(record, RecordHeaders.REASON)).isEqualTo(what);
        assertThat(record.value()).isEqualTo(original);
        assertThat(record.key()).isEqualTo("c1".getBytes(UTF_8));
        DeadLetter deadLetter =
            codec.decode(
                record.headers().lastHeader(RecordHeaders.DEAD_LETTER).value(), DeadLetter.class);
        assertThat(deadLetter.getReason()).isEqualTo(what);
      }
    }
  }

  @Test
  void killedAndStartedAgainItWritesEveryEventOnce() throws Exception {
    Random random = new Random(Soak.seed());
    int produced = Soak.times(20_000, 60_000);
    int bad = 0;
    List<Integer> valid = new ArrayList<>();
    List<Future<RecordMetadata>> duplicates = new ArrayList<>();
    for (int i = 0; i < produced; i++) {
      int roll = random.nextInt(10);
      int event = roll == 1 && !valid.isEmpty() ? valid.get(random.nextInt(valid.size())) : i;
      byte[] value = codec.encode(currentId, payment("p" + event, 5).build());
      if (roll == 0) {
        value = Arrays.copyOf(value, value.length - 1);
        bad++;
      }
      Future<RecordMetadata> sent =
          producer.send(
              new ProducerRecord<>("payments", ("c" + event % 100).getBytes(UTF_8), value));
      if (event < i) {
        duplicates.add(sent);
      } else if (roll != 0) {
        valid.add(event);
      }
    }
    producer.flush();
    Set<String> dropped = new HashSet<>();
    for (Future<RecordMetadata> duplicate : duplicates) {
      RecordMetadata at = duplicate.get();
      dropped.add(at.topic() + "/" + at.partition() + "/" + at.offset());
    }
    int events = produced - dropped.size();

    try (ServiceProcess service = start();
        TopicReader reader = cluster.newReader("payments.valid", "payments.dlq")) {
      int seen = 0;
      boolean inTheMiddle = false;
      int kills = Soak.times(3, 10);
      for (int kill = 1; kill <= kills; kill++) {
        String when;
        switch (kill <= MOMENTS.size() ? MOMENTS.get(kill - 1) : random.nextInt(4)) {
          case 0 -> {
            when = "while it joined its group";
            awaitLog(service, "is REBALANCING");
          }
          case 1 -> {
            when = "as it began to run";
            awaitLog(service, "is RUNNING");
          }
          default -> {
            int more = Math.min(random.nextInt(500, 8_000), (events - seen) / 2);
            when = "after %d more events".formatted(more);
            seen += reader.await(more, TIMEOUT).size();
          }
        }
        service.kill();
        inTheMiddle |= seen > 0 && seen < events;
        System.out.printf("kill %d of %d, %s, at least %d in all%n", kill, kills, when, seen);
        service.restart();
      }
      assertThat(inTheMiddle).as("some kill came while events were on their way").isTrue();
      reader.await(events - seen, TIMEOUT);

      ExactlyOnceReport report =
          new ExactlyOnceChecker(cluster.bootstrapServers())
              .input(
                  "payments",
                  record -> dropped.contains(position(record)) ? null : position(record))
              .output("payments.valid", IngestionIT::source)
              .output("payments.dlq", IngestionIT::source)
              .drainedBy("shop-ingestion")
              .check(TIMEOUT);
      System.out.println(report);
      report.assertExact();
    }
    try (TopicReader deadLetters = cluster.newReader("payments.dlq")) {
      assertThat(deadLetters.readToEnd()).hasSize(bad);
    }
    System.out.printf(
        "%d events: %d valid, %d dead letters, %d duplicates%n",
        produced, valid.size(), bad, dropped.size());
    assertThat(events).isEqualTo(valid.size() + bad);
  }

  @Test
  void aRegistryThatIsDownHoldsEventsUpAndDropsNone() throws Exception {
    try (ServiceProcess service = start();
        TopicReader reader = cluster.newReader("payments.valid", "payments.dlq")) {
      service.awaitReady();
      produce(codec.encode(currentId, payment("p1", 5).build()));
      assertThat(reader.await(1, TIMEOUT)).hasSize(1);

      cluster.registryProcess().process().kill();
      produce(codec.encode(olderId, olderPayment("p2", 7))); // not asked for yet
      produce(codec.encode(currentId, payment("p3", 5).build()));
      await().atMost(TIMEOUT).until(() -> !service.isReady());
      String why = service.get("/health/ready").body();
      assertThat(why).contains("registry");
      assertThat(service.process().isAlive()).isTrue();
      assertThat(reader.readToEnd()).isEmpty();

      cluster.restartRegistry();
      List<ConsumerRecord<byte[], byte[]>> late = reader.await(2, TIMEOUT);

      assertThat(late)
          .extracting(record -> header(record, RecordHeaders.EVENT_ID))
          .containsExactlyInAnyOrder("p2", "p3");
      await().atMost(TIMEOUT).until(service::isReady);
      assertThat(
              service
                  .process()
                  .log()
                  .lines()
                  .filter(line -> line.contains("did not answer") && !line.startsWith("Caused by")))
          .as("the outage is told once")
          .hasSize(1);
    }
  }

  private static void awaitLog(ServiceProcess service, String text) {
    await().atMost(TIMEOUT).until(() -> service.process().log().contains(text));
  }

  private ServiceProcess start() {
    int port = Ports.free();
    return ServiceProcess.start(
        IngestionJob.class,
        List.of(
            "--pipeline=" + Payments.folder(),
            "--bootstrap-servers=" + cluster.bootstrapServers(),
            "--registry-url=" + cluster.registryUrl(),
            "--state-dir=" + cluster.newDirectory("state"),
            "--http-port=" + port),
        port,
        cluster.newDirectory("log"));
  }

  /** Sends an event and gives its position. */
  private String produce(byte @Nullable [] value) throws ExecutionException, InterruptedException {
    var sent = producer.send(new ProducerRecord<>("payments", "c1".getBytes(UTF_8), value)).get();
    return sent.topic() + "/" + sent.partition() + "/" + sent.offset();
  }

  /** Registers what is not Avro, as another team may have done. */
  private int registerElsewhere(String type, String schema)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(cluster.registryUrl() + "/subjects/elsewhere-value/versions"))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "{\"schemaType\": \"%s\", \"schema\": \"%s\"}".formatted(type, schema)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    Matcher id = ID.matcher(answer.body());
    assertThat(id.find()).as(answer.body()).isTrue();
    return Integer.parseInt(id.group(1));
  }

  private static String position(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "/" + record.partition() + "/" + record.offset();
  }

  private static String source(ConsumerRecord<byte[], byte[]> record) {
    return header(record, RecordHeaders.SOURCE);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("");
  }
}

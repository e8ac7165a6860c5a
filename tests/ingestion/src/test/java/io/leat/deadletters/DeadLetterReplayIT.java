package io.leat.deadletters;

import static io.leat.deadletters.Shop.TIMEOUT;
import static io.leat.deadletters.Shop.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.records.AuditEvent;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import io.leat.testing.ServiceProcess;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dead letters that ingestion wrote, replayed against the real broker and registry. */
@ExtendWith(SharedCluster.class)
class DeadLetterReplayIT {
  private static final String POSITIVE = "rules:\n  - amount_positive: event.amount > 0.0\n";
  private static final String ABOVE_MINUS_SIX =
      "rules:\n  - amount_plausible: event.amount > -6.0\n";
  private static final DeadLetterReplay.Listener SILENT = (deadLetter, why) -> {};

  private final TestCluster cluster;

  DeadLetterReplayIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  private static ReplayPlan plan(boolean dryRun) {
    return new ReplayPlan(DeadLetterFilter.ALL, Long.MAX_VALUE, 2, "miller", dryRun);
  }

  @Test
  void aDeadLetterIsReplayedOnceAsSoonAsTheContractAcceptsIt() throws Exception {
    Shop shop = new Shop(cluster).contract(POSITIVE);
    byte[] minusFive = shop.encode(shop.payment("p2", -5));
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(shop.event, "c1", shop.encode(shop.payment("p1", 5)));
      ProducerRecord<byte[], byte[]> traced =
          new ProducerRecord<>(shop.event, 1, bytes("c1"), minusFive);
      traced.headers().add(RecordHeaders.TRACEPARENT, bytes("00-1-1-01"));
      writer.send(traced);
      writer.send(shop.event, "c1", bytes("not avro"));
      writer.send(shop.event, "c1", shop.encode(shop.payment("p3", -7)));
    }
    shop.ingest(Topics.deadLetters(shop.event), 3);
    shop.contract(ABOVE_MINUS_SIX);

    ReplayReport dry = shop.replay(plan(true), Map.of(), SILENT);
    assertThat(dry.replayed()).isEqualTo(1);
    assertThat(dry.left()).isEqualTo(2);
    assertThat(shop.read(shop.event)).hasSize(4);
    assertThat(replays(shop)).isEmpty();

    List<String> why = new ArrayList<>();
    ReplayReport first =
        shop.replay(plan(false), Map.of(), (deadLetter, message) -> why.add(message));
    assertThat(first.replayed()).isEqualTo(1);
    assertThat(first.reasons())
        .isEqualTo(Map.of(DeadLetterReason.NOT_FRAMED, 1L, DeadLetterReason.RULE_VIOLATED, 1L));
    assertThat(why)
        .hasSize(2)
        .anySatisfy(message -> assertThat(message).startsWith("NOT_FRAMED: the value begins with"))
        .anySatisfy(message -> assertThat(message).contains("amount_plausible"));
    ConsumerRecord<byte[], byte[]> again = replayed(shop).get(0);
    assertThat(again.value()).isEqualTo(minusFive);
    assertThat(again.key()).isEqualTo(bytes("c1"));
    assertThat(again.partition()).as("where it came from").isEqualTo(1);
    assertThat(again.headers())
        .extracting(header -> header.key())
        .containsExactly(RecordHeaders.TRACEPARENT, RecordHeaders.REPLAYED_FROM);

    ReplayReport second = shop.replay(plan(false), Map.of(), SILENT);
    assertThat(second.replayed()).isZero();
    assertThat(second.before()).isEqualTo(1);
    assertThat(shop.read(shop.event)).hasSize(5);

    ReplayReport repaired =
        shop.replay(plan(false), Map.of("amount", "event.amount * -1.0"), SILENT);
    assertThat(repaired.replayed()).isEqualTo(1);
    assertThat(repaired.before()).isEqualTo(1);
    assertThat(repaired.left()).isEqualTo(1);

    assertThat(replays(shop))
        .extracting(audit -> audit.getDetails().get("set"))
        .containsExactly(null, "amount=event.amount * -1.0");
    assertThat(replays(shop))
        .allSatisfy(
            audit -> {
              assertThat(audit.getActor()).isEqualTo("miller");
              assertThat(audit.getSubject()).isEqualTo("event " + shop.event);
              assertThat(audit.getDetails().get("letters")).matches("\\d:\\d+");
            });
    AvroCodec codec = new AvroCodec(shop.registry());
    assertThat(shop.ingest(Topics.valid(shop.event), 3))
        .extracting(
            valid -> {
              GenericRecord payment = codec.decode(valid.value(), Shop.SCHEMA);
              return payment.get("payment_id") + " " + payment.get("amount");
            })
        .containsExactlyInAnyOrder("p1 5.0", "p2 -5.0", "p3 7.0");
  }

  @Test
  void killedInTheMiddleAndRunAgainEveryDeadLetterIsReplayedOnce() throws Exception {
    int deadLetters = 1_500;
    Shop shop = refused(deadLetters);
    JvmProcess process =
        JvmProcess.start(
            JvmProcess.Command.of(
                    "replay",
                    ServiceProcess.testClassPath(),
                    ReplayProcess.class.getName(),
                    List.of(
                        shop.folder.toString(), cluster.bootstrapServers(), cluster.registryUrl()),
                    cluster.newDirectory("log").resolve("replay.log"))
                .withJvmOptions("-Xmx256m"));
    try (TopicReader reader = cluster.newReader(shop.event)) {
      reader.await(deadLetters + 30, TIMEOUT);
      process.kill();
    }

    ReplayReport rest = shop.replay(plan(false), Map.of(), SILENT);

    System.out.printf(
        "%d dead letters: %d were replayed when it was killed, %d after%n",
        deadLetters, rest.before(), rest.replayed());
    assertThat(rest.before()).isBetween(30L, deadLetters - 1L);
    assertThat(rest.before() + rest.replayed()).isEqualTo(deadLetters);
    assertEachOnce(shop, deadLetters);
  }

  @Test
  void ofTwoAtOnceTheLaterGoesOn() throws Exception {
    int deadLetters = 40;
    Shop shop = refused(deadLetters);
    List<ReplayReport> later = new ArrayList<>();
    DeadLetterReplay.Listener startAnother =
        new DeadLetterReplay.Listener() {
          @Override
          public void left(DeadLetterRecord deadLetter, String why) {}

          @Override
          public void committed(ReplayReport soFar) {
            if (soFar.replayed() == 10) {
              try {
                later.add(shop.replay(plan(false), Map.of(), SILENT));
              } catch (io.leat.pipeline.definition.PipelineException e) {
                throw new IllegalStateException(e);
              }
            }
          }
        };

    assertThatThrownBy(() -> shop.replay(plan(false), Map.of(), startAnother))
        .isInstanceOf(DeadLetterException.class)
        .hasMessageStartingWith("Another replay of " + shop.event + " has begun");

    assertThat(later).hasSize(1);
    assertThat(later.get(0).before()).isEqualTo(10);
    assertThat(later.get(0).replayed()).isEqualTo(deadLetters - 10);
    assertEachOnce(shop, deadLetters);
  }

  @Test
  void encryptedDeadLettersAreShownMaskedAndReplayedAsTheyCame() throws Exception {
    Path key = cluster.newDirectory("keys").resolve("key");
    Files.writeString(key, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    String privacy =
        "protect:\n  - { field: card, with: redact }\ndead_letters: { encrypt: \"file:%s\" }\n"
            .formatted(key);
    Shop shop = new Shop(cluster).contract(POSITIVE + privacy);
    byte[] original = shop.encode(shop.payment("p1", -5));
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(shop.event, "c1", original);
    }
    ConsumerRecord<byte[], byte[]> stored = shop.ingest(Topics.deadLetters(shop.event), 1).get(0);
    assertThat(stored.value()).isNotEqualTo(original);
    DeadLetterPosition position = new DeadLetterPosition(stored.partition(), stored.offset());

    try (DeadLetterLog log = new DeadLetterLog(shop.kafka(), shop.event)) {
      DeadLetterRecord deadLetter = log.at(position);
      assertThat(show(shop, Optional.of(shop.contract()), false, deadLetter))
          .contains("\"payment_id\" : \"p1\"", "\"card\" : \"***\"")
          .doesNotContain("4111");
      assertThat(show(shop, Optional.of(shop.contract()), true, deadLetter)).contains("4111");
      assertThat(show(shop, Optional.empty(), true, deadLetter))
          .contains("--pipeline DIR")
          .doesNotContain("4111");
      assertThat(explain(shop, deadLetter))
          .contains(DeadLetterReason.RULE_VIOLATED.advice(), "today     the contract refuses it");
      shop.contract(ABOVE_MINUS_SIX + privacy);
      assertThat(explain(shop, deadLetter))
          .contains("accepts it: ./leat dlq replay %s --offset %s".formatted(shop.event, position));
      assertThatThrownBy(() -> log.at(new DeadLetterPosition(0, 99)))
          .isInstanceOf(DeadLetterException.class)
          .hasMessageContaining("no dead letter at 0/99");
    }

    assertThat(shop.replay(plan(false), Map.of(), SILENT).replayed()).isEqualTo(1);

    ConsumerRecord<byte[], byte[]> again = replayed(shop).get(0);
    assertThat(again.value()).isEqualTo(original);
    assertThat(again.key()).isEqualTo(bytes("c1"));
    assertThat(RecordHeaders.get(again.headers(), RecordHeaders.ENCRYPTED)).isEmpty();
  }

  @Test
  void aFieldOfJsonIsSetAndTheRestStaysAsItCame() throws Exception {
    String json = "format: json\n";
    Shop shop = new Shop(cluster).contract(json + POSITIVE);
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(
          shop.event,
          "c1",
          bytes(
              """
              {"payment_id": "p1", "customer_id": "c1", "card": "4111", "amount": -5,
               "paid_at": "2026-05-01T12:00:00Z", "shop": "mill"}"""));
      writer.send(shop.event, "c1", bytes("{"));
    }
    shop.ingest(Topics.deadLetters(shop.event), 2);
    DeadLetterStatistics statistics = new DeadLetterStatistics();
    List<String> lines = new ArrayList<>();
    try (DeadLetterLog log = new DeadLetterLog(shop.kafka(), shop.event)) {
      log.read(
          DeadLetterFilter.ALL,
          deadLetter -> {
            statistics.add(deadLetter);
            lines.add(DeadLetterText.line(deadLetter));
            return true;
          });
    }
    assertThat(statistics.reasons()).isEqualTo(Map.of("NOT_JSON", 1L, "RULE_VIOLATED", 1L));
    assertThat(statistics.rules()).isEqualTo(Map.of("amount_positive", 1L));
    assertThat(lines).anySatisfy(line -> assertThat(line).contains("RULE_VIOLATED"));

    DeadLetterFilter onlyRule =
        new DeadLetterFilter(
            Set.of(), Set.of("amount_positive"), Optional.empty(), Optional.empty(), List.of());
    ReplayReport report =
        shop.replay(
            new ReplayPlan(onlyRule, 10, 10, "miller", false),
            Map.of("amount", "event.amount * -1.0", "customer_id", "'c2'"),
            SILENT);

    assertThat(report.replayed()).isEqualTo(1);
    assertThat(report.left()).isZero();
    ConsumerRecord<byte[], byte[]> again = replayed(shop).get(0);
    assertThat(new String(again.value(), UTF_8))
        .contains("\"amount\":5.0", "\"shop\":\"mill\"", "\"customer_id\":\"c2\"");
    assertThat(again.key()).as("its key is the field's value").isEqualTo(bytes("c2"));
    assertThatThrownBy(() -> shop.replay(plan(true), Map.of("amout", "1.0"), SILENT))
        .isInstanceOf(DeadLetterException.class)
        .hasMessageContaining("no field amout to set");
  }

  @Test
  void anEventTooLargeToBeCopiedIsShownAndReplayedFromItsTopic() throws Exception {
    Shop shop = new Shop(cluster).contract(POSITIVE);
    Schema wide =
        new Schema.Parser()
            .parse(
                Shop.SCHEMA
                    .toString()
                    .replace(
                        "\"fields\":[",
                        "\"fields\":[{\"name\":\"receipt\",\"type\":\"bytes\",\"default\":\"\"},"));
    GenericRecord payment = new GenericData.Record(wide);
    GenericRecord small = shop.payment("p1", -5);
    Shop.SCHEMA.getFields().forEach(field -> payment.put(field.name(), small.get(field.name())));
    payment.put("receipt", ByteBuffer.allocate(10_000_000));
    byte[] original =
        new AvroCodec(shop.registry())
            .encode(shop.registry().register(Topics.valueSubject(shop.event), wide), payment);
    Map<String, Object> settings = shop.kafka();
    settings.putAll(Map.of("compression.type", "lz4", "max.request.size", 32_000_000));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(shop.event, bytes("c1"), original);
      record.headers().add(RecordHeaders.TRACEPARENT, bytes("00-1-1-01"));
      producer.send(record).get();
    }
    ConsumerRecord<byte[], byte[]> stored = shop.ingest(Topics.deadLetters(shop.event), 1).get(0);
    assertThat(stored.value()).isNull();
    assertThat(RecordHeaders.get(stored.headers(), RecordHeaders.LEFT_OUT)).isPresent();

    try (DeadLetterLog log = new DeadLetterLog(shop.kafka(), shop.event)) {
      DeadLetterRecord deadLetter =
          log.at(new DeadLetterPosition(stored.partition(), stored.offset()));
      assertThat(show(shop, Optional.of(shop.contract()), false, deadLetter)).contains("\"p1\"");
      assertThat(
              new DeadLetterText(Optional.of(shop.contract()), shop.registry(), false)
                  .original(deadLetter))
          .isEqualTo(original);
      assertThatThrownBy(
              () ->
                  new DeadLetterText(Optional.empty(), shop.registry(), false).original(deadLetter))
          .isInstanceOf(DeadLetterException.class)
          .hasMessageContaining("--clear");
    }
    shop.contract(ABOVE_MINUS_SIX);
    assertThat(shop.replay(plan(false), Map.of(), SILENT).replayed()).isEqualTo(1);

    ConsumerRecord<byte[], byte[]> again = replayed(shop).get(0);
    assertThat(again.value()).isEqualTo(original);
    assertThat(again.key()).isEqualTo(bytes("c1"));
    assertThat(RecordHeaders.get(again.headers(), RecordHeaders.TRACEPARENT)).contains("00-1-1-01");
    assertThat(shop.ingest(Topics.valid(shop.event), 1)).hasSize(1);
  }

  /** A shop with so many dead letters, whose contract now accepts them all. */
  private Shop refused(int deadLetters) throws Exception {
    Shop shop = new Shop(cluster).contract(POSITIVE);
    try (TopicWriter writer = cluster.newWriter()) {
      for (int i = 0; i < deadLetters; i++) {
        writer.send(shop.event, "c" + i % 7, shop.encode(shop.payment("p" + i, -5)));
      }
    }
    shop.ingest(Topics.deadLetters(shop.event), deadLetters);
    return shop.contract(ABOVE_MINUS_SIX);
  }

  private static void assertEachOnce(Shop shop, int deadLetters) {
    List<String> from =
        replayed(shop).stream()
            .map(record -> RecordHeaders.get(record.headers(), RecordHeaders.REPLAYED_FROM).get())
            .toList();
    assertThat(from).hasSize(deadLetters);
    assertThat(new HashSet<>(from)).hasSize(deadLetters);
  }

  private static List<ConsumerRecord<byte[], byte[]>> replayed(Shop shop) {
    return shop.read(shop.event).stream()
        .filter(record -> record.headers().lastHeader(RecordHeaders.REPLAYED_FROM) != null)
        .toList();
  }

  private static List<AuditEvent> replays(Shop shop) {
    AvroCodec codec = new AvroCodec(shop.registry());
    return shop.read(Topics.AUDIT).stream()
        .map(record -> codec.decode(record.value(), AuditEvent.class))
        .filter(audit -> audit.getSubject().equals("event " + shop.event))
        .toList();
  }

  private static String show(
      Shop shop,
      Optional<DeadLetterContract> contract,
      boolean clear,
      DeadLetterRecord deadLetter) {
    return String.join("\n", new DeadLetterText(contract, shop.registry(), clear).show(deadLetter));
  }

  private static String explain(Shop shop, DeadLetterRecord deadLetter) throws Exception {
    return String.join(
        "\n",
        new DeadLetterText(Optional.of(shop.contract()), shop.registry(), false)
            .explain(shop.event, deadLetter));
  }
}

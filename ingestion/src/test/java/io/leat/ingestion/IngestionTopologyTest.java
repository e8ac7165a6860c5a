package io.leat.ingestion;

import static io.leat.ingestion.IngestionHarness.header;
import static io.leat.ingestion.Payments.NOW;
import static io.leat.ingestion.Payments.contract;
import static io.leat.ingestion.Payments.olderPayment;
import static io.leat.ingestion.Payments.payment;
import static io.leat.ingestion.Payments.rule;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.Expression;
import io.leat.records.DeadLetter;
import io.leat.records.Violation;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Given these events, these valid events and dead letters come out. */
class IngestionTopologyTest {
  private static final Contract.Rule POSITIVE =
      rule("amount_positive", "event.amount > 0.0", Severity.ERROR);
  private static final Contract.Rule PLAUSIBLE =
      rule("plausible_amount", "event.amount < 50000.0", Severity.WARN);

  @Test
  void aValidEventPassesWithItsBytesAndItsOrigin() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE, PLAUSIBLE))) {
      byte[] value = ingestion.encode(payment("p1", 12.5).build());
      TestRecord<byte[], byte[]> event = new TestRecord<>("c1".getBytes(UTF_8), value);
      event.headers().add("traceparent", "00-abc-def-01".getBytes(UTF_8));
      event.headers().add("producer", "till 7".getBytes(UTF_8));
      event.headers().add(RecordHeaders.WARNINGS, "spoofed".getBytes(UTF_8));

      ingestion.produce(event);

      TestRecord<byte[], byte[]> valid = ingestion.valid().get(0);
      assertThat(valid.key()).isEqualTo("c1".getBytes(UTF_8));
      assertThat(valid.value()).isEqualTo(value);
      assertThat(header(valid, RecordHeaders.EVENT_ID)).isEqualTo("p1");
      assertThat(header(valid, RecordHeaders.EVENT_TIME)).isEqualTo("" + NOW.toEpochMilli());
      assertThat(header(valid, RecordHeaders.CONTRACT)).isEqualTo("payments@1");
      assertThat(valid.headers().lastHeader(RecordHeaders.WRITER_VERSION)).isNull();
      assertThat(header(valid, RecordHeaders.SOURCE)).isEqualTo("payments/0/0");
      assertThat(header(valid, RecordHeaders.TRACEPARENT)).isEqualTo("00-abc-def-01");
      assertThat(header(valid, "producer")).isEqualTo("till 7");
      assertThat(valid.headers().lastHeader(RecordHeaders.WARNINGS)).isNull();
      assertThat(ingestion.deadLetters()).isEmpty();
      assertThat(ingestion.count("leat.ingestion.events", "outcome", "valid")).isEqualTo(1);
    }
  }

  @Test
  void anOlderVersionIsReadAsTheCurrentOne() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE))) {
      byte[] older = ingestion.encode(olderPayment("p1", 12));
      ingestion.encode(payment("p2", 1).build()); // registers the current version

      ingestion.produce(older);

      TestRecord<byte[], byte[]> valid = ingestion.valid().get(0);
      GenericRecord event = ingestion.codec.decode(valid.value(), Payments.SCHEMA);
      assertThat(event.get("amount")).isEqualTo(12.0);
      assertThat(event.get("currency")).isEqualTo("EUR");
      assertThat(ingestion.codec.writerSchema(valid.value())).isEqualTo(Payments.SCHEMA);
      assertThat(header(valid, RecordHeaders.WRITER_VERSION)).isEqualTo("1");
      assertThat(header(valid, RecordHeaders.CONTRACT)).isEqualTo("payments@2");
    }
  }

  @Test
  void aBrokenRuleOfSeverityWarnPassesMarkedAndCounted() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE, PLAUSIBLE))) {
      ingestion.produce(ingestion.encode(payment("p1", 70_000).build()));

      TestRecord<byte[], byte[]> valid = ingestion.valid().get(0);
      assertThat(header(valid, RecordHeaders.WARNINGS)).isEqualTo("plausible_amount");
      assertThat(ingestion.count("leat.ingestion.events", "outcome", "warned")).isEqualTo(1);
      assertThat(ingestion.count("leat.ingestion.warnings", "rule", "plausible_amount"))
          .isEqualTo(1);
    }
  }

  @Test
  void everyViolationIsReported() throws IOException {
    Contract.Rule known =
        new Contract.Rule(
            "currency_known",
            new Expression("event.currency in ['EUR', 'CHF']", "contracts/payments.yaml", 9),
            Severity.ERROR,
            Optional.of("{event.currency} is no currency we take"));
    try (var ingestion = new IngestionHarness(contract(POSITIVE, known))) {
      byte[] value = ingestion.encode(payment("p1", -3).set("currency", "XXX").build());

      ingestion.produce(value);

      TestRecord<byte[], byte[]> deadLetter = ingestion.deadLetters().get(0);
      assertThat(deadLetter.value()).isEqualTo(value);
      assertThat(header(deadLetter, RecordHeaders.REASON)).isEqualTo("RULE_VIOLATED");
      assertThat(header(deadLetter, RecordHeaders.RULES))
          .isEqualTo("amount_positive,currency_known");
      DeadLetter why = ingestion.explain(deadLetter);
      assertThat(why.getViolations())
          .containsExactly(
              new Violation(
                  "amount_positive",
                  "amount_positive: expected event.amount > 0.0; found event.amount is -3.0"),
              new Violation("currency_known", "XXX is no currency we take"));
      assertThat(why.getContractVersion()).isEqualTo(1);
      assertThat(ingestion.valid()).isEmpty();
    }
  }

  @Test
  void aRuleThatCannotBeEvaluatedIsAViolationOfItsOwnKind() throws IOException {
    Contract.Rule fails = rule("share", "100 / event.items > 1", Severity.ERROR);
    try (var ingestion = new IngestionHarness(contract(fails))) {
      ingestion.produce(ingestion.encode(payment("p1", 1).set("items", 0L).build()));
      ingestion.produce(ingestion.encode(payment("p2", 1).set("items", 5L).build()));

      assertThat(ingestion.reasons()).containsExactly("RULE_FAILED");
      assertThat(ingestion.valid()).hasSize(1);
    }
  }

  @Test
  void aRuleOverANullFieldSaysNothing() throws IOException {
    Contract.Rule items = rule("items_positive", "event.items > 0", Severity.ERROR);
    try (var ingestion = new IngestionHarness(contract(items))) {
      ingestion.produce(ingestion.encode(payment("p1", 1).build()));

      assertThat(ingestion.valid()).hasSize(1);
      assertThat(ingestion.deadLetters()).isEmpty();
    }
  }

  @Test
  void aBadEventLeavesNothingBehindForTheNext() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE))) {
      byte[] good = ingestion.encode(payment("p1", 1).build());
      byte[] truncated = Arrays.copyOf(good, good.length - 3);

      ingestion.produce(good);
      ingestion.produce(truncated);
      ingestion.produce(good);
      ingestion.produce(good);

      assertThat(ingestion.valid())
          .extracting(valid -> header(valid, RecordHeaders.SOURCE))
          .containsExactly("payments/0/0", "payments/0/2", "payments/0/3");
      assertThat(ingestion.deadLetters())
          .extracting(deadLetter -> header(deadLetter, RecordHeaders.SOURCE))
          .containsExactly("payments/0/1");
    }
  }

  @Test
  void whatIsNoEventIsRefusedWithItsReason() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE))) {
      byte[] good = ingestion.encode(payment("p1", 1).build());
      byte[] wrongMagic = good.clone();
      wrongMagic[0] = 7;
      byte[] unknownId = good.clone();
      unknownId[2] = 99;
      byte[] negativeId = good.clone();
      negativeId[1] = -1;
      Schema other = SchemaBuilder.record("Refund").fields().requiredString("reason").endRecord();
      int otherId = ingestion.registry.register("refunds-value", other);
      byte[] otherEvent =
          ingestion.codec.encode(
              otherId, new GenericRecordBuilder(other).set("reason", "torn").build());

      byte[] json = good.clone();
      json[4] = (byte) ingestion.registryServer.hold("JSON", "{\"type\": \"object\"}");
      byte[] noSchema = good.clone();
      noSchema[4] = (byte) ingestion.registryServer.hold("AVRO", "{\"type\": \"recrod\"}");

      ingestion.produce((byte[]) null);
      ingestion.produce(new byte[0]);
      ingestion.produce(wrongMagic);
      ingestion.produce(unknownId);
      ingestion.produce(negativeId);
      ingestion.produce(json);
      ingestion.produce(noSchema);
      ingestion.produce(otherEvent);
      ingestion.produce(Arrays.copyOf(good, good.length - 1));
      ingestion.produce(Arrays.copyOf(good, good.length + 1));
      ingestion.produce(ingestion.encode(payment("", 1).build()));
      ingestion.produce(ingestion.encode(payment("p1", 1).set("paid_at", Long.MIN_VALUE).build()));

      assertThat(ingestion.reasons())
          .containsExactly(
              "NULL_VALUE",
              "NOT_FRAMED",
              "NOT_FRAMED",
              "UNKNOWN_SCHEMA",
              "UNKNOWN_SCHEMA",
              "UNREADABLE_SCHEMA",
              "UNREADABLE_SCHEMA",
              "INCOMPATIBLE_SCHEMA",
              "NOT_THE_SCHEMA",
              "TRAILING_BYTES",
              "MISSING_EVENT_ID",
              "EVENT_TIME_OUT_OF_RANGE");
      assertThat(ingestion.valid()).isEmpty();
      assertThat(ingestion.count("leat.ingestion.events", "outcome", "dead_letter")).isEqualTo(12);
      assertThat(ingestion.count("leat.ingestion.dead.letters", "reason", "UNKNOWN_SCHEMA"))
          .isEqualTo(2);
    }
  }

  @Test
  void idAndTimeThatAreNullAreMissing() throws IOException {
    Schema nullable =
        SchemaBuilder.record("Payment")
            .fields()
            .optionalString("payment_id")
            .optionalLong("paid_at")
            .endRecord();
    try (var ingestion = new IngestionHarness(contract(nullable))) {
      ingestion.produce(
          ingestion.encode(new GenericRecordBuilder(nullable).set("paid_at", 1L).build()));
      ingestion.produce(
          ingestion.encode(new GenericRecordBuilder(nullable).set("payment_id", "p1").build()));
      ingestion.produce(ingestion.encode(new GenericRecordBuilder(nullable).build()));

      List<TestRecord<byte[], byte[]>> deadLetters = ingestion.deadLetters();
      assertThat(deadLetters)
          .extracting(deadLetter -> header(deadLetter, RecordHeaders.REASON))
          .containsExactly("MISSING_EVENT_ID", "MISSING_EVENT_TIME", "MISSING_EVENT_ID");
      assertThat(ingestion.explain(deadLetters.get(2)).getMessage())
          .contains("payment_id is null", "paid_at is null");
    }
  }

  @Test
  void eventTimeMayRunAheadOfTheClockByMaxFutureAndNoMore() throws IOException {
    try (var ingestion = new IngestionHarness(contract())) {
      Instant limit = NOW.plus(Duration.ofMinutes(5));
      ingestion.produce(
          ingestion.encode(payment("p1", 1).set("paid_at", limit.toEpochMilli()).build()));
      ingestion.produce(
          ingestion.encode(payment("p2", 1).set("paid_at", limit.toEpochMilli() + 1).build()));

      assertThat(ingestion.valid())
          .extracting(valid -> header(valid, RecordHeaders.EVENT_ID))
          .containsExactly("p1");
      assertThat(ingestion.reasons()).containsExactly("EVENT_TIME_IN_FUTURE");
    }
  }

  @Test
  void microsecondsBecomeMillisecondsInTheHeader() throws IOException {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Reading", "fields": [
                  {"name": "payment_id", "type": "long"},
                  {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-micros"}}]}
                """);
    try (var ingestion = new IngestionHarness(contract(schema))) {
      ingestion.produce(
          ingestion.encode(
              new GenericRecordBuilder(schema).set("payment_id", 7L).set("paid_at", -1L).build()));

      TestRecord<byte[], byte[]> valid = ingestion.valid().get(0);
      assertThat(header(valid, RecordHeaders.EVENT_ID)).isEqualTo("7");
      assertThat(header(valid, RecordHeaders.EVENT_TIME)).isEqualTo("-1");
    }
  }

  @Test
  void aDeadLetterBearsTheEventTimeOfTheLastEventBeforeItThatPassed() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE))) {
      TestRecord<byte[], byte[]> first = new TestRecord<>(null, new byte[] {1});
      first.headers().add(RecordHeaders.PARTITION_TIME, "5".getBytes(UTF_8));
      ingestion.produce(first);
      ingestion.produce(new TestRecord<>(null, ingestion.encode(payment("p1", 12.5).build())));
      ingestion.produce(new TestRecord<>(null, new byte[] {2}));
      ingestion.produce(new TestRecord<>(null, ingestion.encode(payment("p2", -3).build())));

      List<TestRecord<byte[], byte[]>> deadLetters = ingestion.deadLetters();
      assertThat(deadLetters.get(0).headers().lastHeader(RecordHeaders.PARTITION_TIME))
          .as("none has passed, and producers do not say it")
          .isNull();
      assertThat(deadLetters.subList(1, 3))
          .extracting(deadLetter -> header(deadLetter, RecordHeaders.PARTITION_TIME))
          .containsOnly("" + NOW.toEpochMilli());
    }
  }

  @Test
  void aDeadLetterKeepsWhatItCameWithAndBearsStreamsOwnHeaders() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE))) {
      TestRecord<byte[], byte[]> event = new TestRecord<>(null, new byte[] {1, 2, 3});
      event.headers().add("producer", "till 7".getBytes(UTF_8));
      event.headers().add(RecordHeaders.ERROR_TOPIC, "from before".getBytes(UTF_8));

      ingestion.produce(event);

      TestRecord<byte[], byte[]> deadLetter = ingestion.deadLetters().get(0);
      assertThat(deadLetter.key()).isNull();
      assertThat(deadLetter.value()).containsExactly(1, 2, 3);
      assertThat(deadLetter.headers().toArray()[0].key()).isEqualTo("producer");
      assertThat(deadLetter.headers().toArray()[1].value())
          .isEqualTo("from before".getBytes(UTF_8));
      assertThat(header(deadLetter, RecordHeaders.ERROR_TOPIC)).isEqualTo("payments");
      assertThat(header(deadLetter, RecordHeaders.ERROR_PARTITION)).isEqualTo("0");
      assertThat(header(deadLetter, RecordHeaders.ERROR_OFFSET)).isEqualTo("0");
      assertThat(header(deadLetter, RecordHeaders.ERROR_EXCEPTION))
          .isEqualTo(RefusedEventException.class.getName());
      assertThat(header(deadLetter, RecordHeaders.ERROR_MESSAGE))
          .startsWith("the value has 3 bytes");
      assertThat(header(deadLetter, RecordHeaders.ERROR_STACK_TRACE)).isNotBlank();
      assertThat(ingestion.explain(deadLetter).getSource().getTopic()).isEqualTo("payments");
    }
  }

  @Test
  void anEventThatGrewTooLargeIsADeadLetterWithItsBytes() throws IOException {
    Properties small = new Properties();
    small.put("producer.max.request.size", "4000");
    // Read as the current contract, each old event takes 3,000 bytes more.
    Schema grown =
        SchemaBuilder.record("Payment")
            .namespace("shop")
            .fields()
            .requiredString("payment_id")
            .name("paid_at")
            .type(Payments.OLDER_SCHEMA.getField("paid_at").schema())
            .noDefault()
            .name("note")
            .type()
            .stringType()
            .stringDefault("x".repeat(4_000))
            .endRecord();
    try (var ingestion = new IngestionHarness(contract(grown), small)) {
      byte[] value = ingestion.encode(olderPayment("p1", 12));

      ingestion.produce(value);

      TestRecord<byte[], byte[]> deadLetter = ingestion.deadLetters().get(0);
      assertThat(deadLetter.value()).isEqualTo(value);
      assertThat(header(deadLetter, RecordHeaders.REASON)).isEqualTo("TOO_LARGE");
      assertThat(ingestion.valid()).isEmpty();
    }
  }

  @Test
  void aDeadLetterThatKafkaWouldRefuseNamesWhereTheBytesLie() throws IOException {
    Properties small = new Properties();
    small.put("producer.max.request.size", "4000");
    try (var ingestion = new IngestionHarness(contract(), small)) {
      ingestion.produce(new byte[5_000]);
      ingestion.produce(ingestion.encode(payment("p1", 1).build()));

      TestRecord<byte[], byte[]> deadLetter = ingestion.deadLetters().get(0);
      assertThat(deadLetter.value()).isNull();
      assertThat(header(deadLetter, RecordHeaders.SOURCE)).isEqualTo("payments/0/0");
      assertThat(ingestion.valid()).hasSize(1);
    }
  }

  @Test
  void whateverTheBytesEveryEventComesOutOnce() throws IOException {
    long seed = 20_260_501L;
    Random random = new Random(seed);
    try (var ingestion = new IngestionHarness(contract(POSITIVE, PLAUSIBLE))) {
      byte[][] seeds = {
        ingestion.encode(payment("p1", 1).set("items", 3L).build()),
        ingestion.encode(olderPayment("p2", 7))
      };
      int events = 5_000;
      for (int i = 0; i < events; i++) {
        ingestion.produce(mutated(seeds[i % 2], random));
      }

      List<TestRecord<byte[], byte[]>> valid = ingestion.valid();
      List<TestRecord<byte[], byte[]>> deadLetters = ingestion.deadLetters();
      assertThat(valid.size() + deadLetters.size()).as("seed %d", seed).isEqualTo(events);
      assertThat(valid).isNotEmpty();
      assertThat(deadLetters)
          .isNotEmpty()
          .extracting(deadLetter -> header(deadLetter, RecordHeaders.REASON))
          .doesNotContain("INTERNAL_ERROR");
    }
  }

  private static byte[] mutated(byte[] value, Random random) {
    byte[] copy = Arrays.copyOf(value, value.length - random.nextInt(3) + random.nextInt(3));
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      int at = WireFormat.HEADER_LENGTH + random.nextInt(copy.length - WireFormat.HEADER_LENGTH);
      copy[at] = (byte) random.nextInt(256);
    }
    return copy;
  }
}

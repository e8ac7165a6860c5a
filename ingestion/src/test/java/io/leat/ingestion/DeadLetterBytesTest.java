package io.leat.ingestion;

import static io.leat.ingestion.Payments.contract;
import static io.leat.ingestion.Payments.payment;
import static io.leat.ingestion.Payments.rule;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Severity;
import io.leat.schemas.RecordHeaders;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** The headers of ingestion's dead letters, in their order, as they lie in running platforms. */
class DeadLetterBytesTest {
  private static final Contract.Rule POSITIVE =
      rule("amount_positive", "event.amount > 0.0", Severity.ERROR);

  @Test
  void anEventThatBreaksARuleHasTheHeadersThatItAlwaysHad() throws IOException {
    try (var ingestion = new IngestionHarness(contract(POSITIVE))) {
      byte[] value = ingestion.encode(payment("p1", -3).build());
      TestRecord<byte[], byte[]> event = new TestRecord<>("c1".getBytes(UTF_8), value);
      event.headers().add("producer", "till 7".getBytes(UTF_8));
      event.headers().add(RecordHeaders.ENCRYPTED, "not by us".getBytes(UTF_8));
      event.headers().add(RecordHeaders.REASON, "of before".getBytes(UTF_8));

      ingestion.produce(event);

      TestRecord<byte[], byte[]> deadLetter = ingestion.deadLetters().get(0);
      assertThat(deadLetter.key()).isEqualTo("c1".getBytes(UTF_8));
      assertThat(deadLetter.value()).isEqualTo(value);
      assertThat(headers(deadLetter))
          .containsExactly(
              "producer=till 7",
              "leat.reason=of before",
              "__streams.errors.exception=io.leat.ingestion.RefusedEventException",
              "__streams.errors.message=amount_positive: expected event.amount > 0.0; found"
                  + " event.amount is -3.0",
              "__streams.errors.stacktrace=io.leat.ingestion.RefusedEventException:"
                  + " amount_positive: expected event.amount > 0.0; found event.amount is -3.0"
                  + System.lineSeparator(),
              "__streams.errors.topic=payments",
              "__streams.errors.partition=0",
              "__streams.errors.offset=0",
              "leat.contract=payments@1",
              "leat.source=payments/0/0",
              "leat.reason=RULE_VIOLATED",
              "leat.rules=amount_positive",
              "leat.dead-letter=0000000002107061796d656e7473020202021a52554c455f56494f4c415445449001616d6f756e745f706f7369746976653a206578706563746564206576656e742e616d6f756e74203e20302e303b20666f756e64206576656e742e616d6f756e74206973202d332e30021e616d6f756e745f706f7369746976659001616d6f756e745f706f7369746976653a206578706563746564206576656e742e616d6f756e74203e20302e303b20666f756e64206576656e742e616d6f756e74206973202d332e3000107061796d656e74730000");
    }
  }

  @Test
  void anEventThatCannotBeDecodedHasTheHeadersThatItAlwaysHad() throws IOException {
    try (var ingestion = new IngestionHarness(contract())) {
      ingestion.produce(new byte[] {1, 2, 3});

      assertThat(headers(ingestion.deadLetters().get(0)))
          .containsExactly(
              "__streams.errors.exception=io.leat.ingestion.RefusedEventException",
              "__streams.errors.message=the value has 3 bytes; expected byte 0, a schema id of 4"
                  + " bytes and Avro binary",
              "__streams.errors.stacktrace=io.leat.ingestion.RefusedEventException: the value has 3"
                  + " bytes; expected byte 0, a schema id of 4 bytes and Avro binary"
                  + System.lineSeparator(),
              "__streams.errors.topic=payments",
              "__streams.errors.partition=0",
              "__streams.errors.offset=0",
              "leat.contract=payments",
              "leat.source=payments/0/0",
              "leat.reason=NOT_FRAMED",
              "leat.dead-letter=0000000002107061796d656e74730000144e4f545f4652414d45449c017468652076616c75652068617320332062797465733b206578706563746564206279746520302c206120736368656d61206964206f66203420627974657320616e64204176726f2062696e61727900107061796d656e74730000");
    }
  }

  @Test
  void anEventThatIsTooLargeHasTheHeadersThatItAlwaysHad() throws IOException {
    Properties small = new Properties();
    small.put("producer.max.request.size", "4000");
    try (var ingestion = new IngestionHarness(contract(), small)) {
      ingestion.produce("x".repeat(5_000).getBytes(UTF_8));

      TestRecord<byte[], byte[]> deadLetter = ingestion.deadLetters().get(0);
      assertThat(deadLetter.key()).isNull();
      assertThat(deadLetter.value()).isNull();
      assertThat(headers(deadLetter))
          .containsExactly(
              "leat.left-out=key,value,headers",
              "__streams.errors.exception=io.leat.ingestion.RefusedEventException",
              "__streams.errors.message=the value begins with byte 0x78; expected byte 0, a schema"
                  + " id of 4 bytes and Avro binary",
              "__streams.errors.stacktrace=io.leat.ingestion.RefusedEventException: the value"
                  + " begins with byte 0x78; expected byte 0, a schema id of 4 bytes and Avro"
                  + " binary"
                  + System.lineSeparator(),
              "__streams.errors.topic=payments",
              "__streams.errors.partition=0",
              "__streams.errors.offset=0",
              "leat.contract=payments",
              "leat.source=payments/0/0",
              "leat.reason=NOT_FRAMED",
              "leat.dead-letter=0000000002107061796d656e74730000144e4f545f4652414d4544b0017468652076616c756520626567696e732077697468206279746520307837383b206578706563746564206279746520302c206120736368656d61206964206f66203420627974657320616e64204176726f2062696e61727900107061796d656e74730000");
    }
  }

  /** Each as {@code name=text}; the one that is no text in hexadecimal digits. */
  private static List<String> headers(TestRecord<byte[], byte[]> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .map(header -> header.key() + "=" + value(header))
        .toList();
  }

  private static String value(Header header) {
    return header.key().equals(RecordHeaders.DEAD_LETTER)
        ? HexFormat.of().formatHex(header.value())
        : new String(header.value(), UTF_8);
  }
}

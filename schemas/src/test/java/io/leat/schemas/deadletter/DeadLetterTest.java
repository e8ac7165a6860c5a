package io.leat.schemas.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.records.Violation;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link DeadLetterWriter} writes and {@link DeadLetterReader} reads of it. */
class DeadLetterTest {
  private static final LogPosition POSITION = new LogPosition("payments", 2, 17L);
  private static final List<Violation> VIOLATIONS =
      List.of(new Violation("positive", "it is -3"), new Violation("known", "it is no currency"));

  private final RegistryClient registry = new RegistryClient("mock://dead-letters");
  private final AvroCodec codec = new AvroCodec(registry);

  @Test
  void whatIsWrittenIsRead() {
    Headers headers = headers("producer", "till 7");
    DeadLetter details =
        new DeadLetter("payments", 3, null, "RULE_VIOLATED", "it is -3", VIOLATIONS, POSITION);

    DeadLetterWriter.to(headers)
        .encrypted(List.of("ce_id", "ce_time"))
        .message("it is -3")
        .readAt(POSITION)
        .contract("payments", OptionalInt.of(3))
        .source(POSITION)
        .reason("RULE_VIOLATED")
        .rules(VIOLATIONS)
        .details(details, codec, DeadLetterWriter.schemaId(registry));

    DeadLetterReader read = new DeadLetterReader(headers);
    assertThat(read.reason()).contains("RULE_VIOLATED");
    assertThat(read.message()).isEqualTo("it is -3");
    assertThat(read.rules()).containsExactly("positive", "known");
    assertThat(read.source()).contains(POSITION);
    assertThat(read.isEncrypted()).isTrue();
    assertThat(read.encryptedHeaders()).containsExactly("ce_id", "ce_time");
    assertThat(read.isLeftOut()).isFalse();
    assertThat(read.details(codec)).contains(details);
    assertThat(texts(read.producerHeaders())).containsExactly("producer=till 7");
    assertThat(RecordHeaders.get(headers, RecordHeaders.CONTRACT)).contains("payments@3");
  }

  @Test
  void ofANameThatWasThereBeforeTheLastIsOurs() {
    Headers headers = headers("leat.reason", "of before");

    DeadLetterWriter.to(headers).reason("NOT_JSON");

    assertThat(texts(headers)).containsExactly("leat.reason=of before", "leat.reason=NOT_JSON");
    assertThat(new DeadLetterReader(headers).reason()).contains("NOT_JSON");
  }

  @Test
  void whatAProducerSaysOfEncryptionAndOmissionIsNotBelieved() {
    Headers headers = headers("leat.encrypted", "key,value", "leat.left-out", "key", "a", "b");

    DeadLetterWriter.to(headers).withoutClaims();

    assertThat(texts(headers)).containsExactly("a=b");
    assertThat(new DeadLetterReader(headers).isEncrypted()).isFalse();
    DeadLetterWriter.to(headers).leftOut().encrypted(List.of());
    assertThat(texts(headers))
        .containsExactly("a=b", "leat.left-out=key,value,headers", "leat.encrypted=key,value");
    assertThat(new DeadLetterReader(headers).isLeftOut()).isTrue();
    assertThat(new DeadLetterReader(headers).encryptedHeaders()).isEmpty();
  }

  @Test
  void aCopyLeavesTheRecordsHeadersAsTheyAre() {
    Headers headers = headers("a", "b");

    Headers copy = DeadLetterWriter.toCopyOf(headers).reason("NOT_JSON").headers();

    assertThat(texts(headers)).containsExactly("a=b");
    assertThat(texts(copy)).containsExactly("a=b", "leat.reason=NOT_JSON");
  }

  @Test
  void textsOfExceptionsAreCut() {
    IllegalStateException error = new IllegalStateException("x".repeat(10_000));
    error.setStackTrace(new StackTraceElement[0]);
    Headers headers = headers();

    DeadLetterWriter.to(headers).exception(error);

    assertThat(texts(headers))
        .containsExactly(
            "__streams.errors.exception=java.lang.IllegalStateException",
            "__streams.errors.message=" + "x".repeat(2_000) + "...",
            "__streams.errors.stacktrace="
                + ("java.lang.IllegalStateException: " + "x".repeat(8_000)).substring(0, 8_000)
                + "...");
  }

  @Test
  void aRecordThatIsNoDeadLetterSaysNothing() {
    DeadLetterReader read = new DeadLetterReader(headers("producer", "till 7"));

    assertThat(read.reason()).isEmpty();
    assertThat(read.message()).isEmpty();
    assertThat(read.rules()).isEmpty();
    assertThat(read.source()).isEmpty();
    assertThat(read.isEncrypted()).isFalse();
    assertThat(read.isLeftOut()).isFalse();
    assertThat(read.details(codec)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rubbish", "a/b", "payments/two/17"})
  void whatAnybodyMayHaveWrittenIsNotTakenForOurs(String text) {
    DeadLetterReader read =
        new DeadLetterReader(headers("leat.source", text, "leat.dead-letter", text));

    assertThat(read.source()).isEmpty();
    assertThat(read.details(codec)).isEmpty();
  }

  @Test
  void aHeaderWithoutAValueSaysNothing() {
    Headers headers = headers();
    Stream.of("leat.reason", "leat.rules", "leat.source", "leat.encrypted", "leat.dead-letter")
        .forEach(name -> headers.add(name, null));
    DeadLetterReader read = new DeadLetterReader(headers);

    assertThat(read.reason()).isEmpty();
    assertThat(read.rules()).isEmpty();
    assertThat(read.source()).isEmpty();
    assertThat(read.isEncrypted()).isFalse();
    assertThat(read.details(codec)).isEmpty();
  }

  private static Headers headers(String... namesAndValues) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(UTF_8));
    }
    return headers;
  }

  private static List<String> texts(Headers headers) {
    return StreamSupport.stream(headers.spliterator(), false)
        .map(header -> header.key() + "=" + new String(header.value(), UTF_8))
        .toList();
  }
}

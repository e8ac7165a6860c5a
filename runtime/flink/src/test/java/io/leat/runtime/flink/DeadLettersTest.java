package io.leat.runtime.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  @Test
  void aRecordThatCannotBeReadHasTheHeadersThatItAlwaysHadBehindItsOwn() {
    RecordHeaders came = new RecordHeaders();
    came.add("producer", "till 7".getBytes(UTF_8));
    came.add("leat.reason", "of before".getBytes(UTF_8));
    KafkaRecord record = new KafkaRecord("raw", 2, 17, 0, came, new byte[] {1}, new byte[] {2});
    String message = "found " + "x".repeat(3_000);

    ProducerRecord<byte[], byte[]> deadLetter =
        new DeadLetters.Serialization("shop.dlq")
            .serialize(new BadRecord(record, "not_framed", message), null, null);

    assertThat(deadLetter.topic()).isEqualTo("shop.dlq");
    assertThat(deadLetter.partition()).isNull();
    assertThat(deadLetter.key()).containsExactly(1);
    assertThat(deadLetter.value()).containsExactly(2);
    assertThat(StreamSupport.stream(deadLetter.headers().spliterator(), false))
        .extracting(header -> header.key() + "=" + new String(header.value(), UTF_8))
        .containsExactly(
            "producer=till 7",
            "leat.reason=of before",
            "leat.reason=not_framed",
            "__streams.errors.message=" + message,
            "__streams.errors.topic=raw",
            "__streams.errors.partition=2",
            "__streams.errors.offset=17");
    assertThat(came.toArray()).as("the record's own stay as they are").hasSize(2);
  }
}

package io.leat.runtime.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class KafkaRecordSerializerTest {
  @Test
  void everythingOfARecordComesBackNullsToo() throws IOException {
    RecordHeaders headers = new RecordHeaders();
    headers.add("twice", "one".getBytes(UTF_8));
    headers.add("twice", "two".getBytes(UTF_8));
    headers.add("empty", new byte[0]);
    headers.add("null", null);

    KafkaRecord full =
        there(new KafkaRecord("t", 3, 1L << 40, 1L << 41, headers, new byte[] {0, 1}, null));
    KafkaRecord bare = there(new KafkaRecord("t", 0, 0, 0, new RecordHeaders(), null, new byte[0]));

    assertThat(full.position()).isEqualTo("t/3/1099511627776");
    assertThat(full.appendedAt()).isEqualTo(1L << 41);
    assertThat(full.headers().toArray()).isEqualTo(headers.toArray());
    assertThat(full.key()).containsExactly(0, 1);
    assertThat(full.value()).isNull();
    assertThat(bare.key()).isNull();
    assertThat(bare.value()).isEmpty();
  }

  @Test
  void flinkTakesThisSerializerAndNoOther() {
    assertThat(TypeInformation.of(KafkaRecord.class).createSerializer(new SerializerConfigImpl()))
        .isEqualTo(KafkaRecordSerializer.INSTANCE);
  }

  private static KafkaRecord there(KafkaRecord record) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    KafkaRecordSerializer.INSTANCE.serialize(record, out);
    return KafkaRecordSerializer.INSTANCE.deserialize(
        new DataInputDeserializer(out.getCopyOfBuffer()));
  }
}

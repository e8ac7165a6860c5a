package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HoldingConsumerTest {
  private static final TopicPartition FIRST = new TopicPartition("payments", 0);
  private static final TopicPartition SECOND = new TopicPartition("payments", 1);

  private final Set<String> unknown = new HashSet<>();
  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
  private final RecordGates gates = new RecordGates();
  private Consumer<byte[], byte[]> consumer = kafka;

  @BeforeEach
  void start() {
    gates.add("payments", record -> !unknown.contains(new String(record.value(), UTF_8)));
    consumer = HoldingConsumer.around(kafka, gates);
    consumer.assign(List.of(FIRST, SECOND));
    kafka.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    kafka.updateEndOffsets(Map.of(FIRST, 100L, SECOND, 100L));
  }

  @Test
  void aPartitionIsHeldAtTheRecordThatMayNotPassAndTheOtherGoesOn() {
    unknown.add("b");
    send(FIRST, 0, "a");
    send(FIRST, 1, "b");
    send(FIRST, 2, "c");
    send(SECOND, 0, "x");

    ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ZERO);
    send(SECOND, 1, "y");

    assertThat(values(polled)).containsExactlyInAnyOrder("a", "x");
    assertThat(polled.nextOffsets().get(FIRST).offset()).isEqualTo(1);
    assertThat(polled.nextOffsets().get(SECOND).offset()).isEqualTo(1);
    assertThat(kafka.position(FIRST)).isEqualTo(1);
    assertThat(kafka.paused()).containsExactly(FIRST);
    assertThat(values(consumer.poll(Duration.ZERO))).containsExactly("y");
  }

  @Test
  void whatWasHeldComesInItsOrderOnceItMayPass() {
    unknown.add("b");
    send(FIRST, 0, "b");
    send(FIRST, 1, "c");
    assertThat(values(consumer.poll(Duration.ZERO))).isEmpty();

    unknown.clear();
    send(FIRST, 0, "b"); // the broker sends it again from where the consumer was set back to
    send(FIRST, 1, "c");

    assertThat(values(consumer.poll(Duration.ZERO))).containsExactly("b", "c");
    assertThat(kafka.paused()).isEmpty();
  }

  @Test
  void aPartitionThatKafkaStreamsPausedStaysSoWhenItIsLetGo() {
    unknown.add("b");
    send(FIRST, 0, "b");
    consumer.poll(Duration.ZERO);
    consumer.pause(List.of(FIRST));
    unknown.clear();

    consumer.poll(Duration.ZERO);
    assertThat(kafka.paused()).containsExactly(FIRST);

    consumer.resume(List.of(FIRST));
    assertThat(kafka.paused()).isEmpty();
  }

  @Test
  void aPartitionThatIsHeldStaysSoWhenKafkaStreamsResumesIt() {
    unknown.add("b");
    send(FIRST, 0, "b");
    consumer.poll(Duration.ZERO);

    consumer.pause(List.of(FIRST, SECOND));
    consumer.resume(List.of(FIRST, SECOND));

    assertThat(kafka.paused()).containsExactly(FIRST);
  }

  @Test
  void aPartitionThatWasTakenAwayIsForgotten() {
    unknown.add("b");
    send(FIRST, 0, "b");
    consumer.poll(Duration.ZERO);

    consumer.assign(List.of(SECOND));
    consumer.poll(Duration.ZERO);
    consumer.assign(List.of(FIRST, SECOND));
    unknown.clear();
    send(FIRST, 0, "b");

    assertThat(values(consumer.poll(Duration.ZERO))).containsExactly("b");
  }

  @Test
  void withoutGatesItIsTheConsumerItself() {
    assertThat(HoldingConsumer.around(kafka, new RecordGates())).isSameAs(kafka);
  }

  private void send(TopicPartition partition, long offset, String value) {
    kafka.addRecord(
        new ConsumerRecord<>(
            partition.topic(), partition.partition(), offset, new byte[0], value.getBytes(UTF_8)));
  }

  private static List<String> values(ConsumerRecords<byte[], byte[]> records) {
    List<String> values = new ArrayList<>();
    records.forEach(record -> values.add(new String(record.value(), UTF_8)));
    return values;
  }
}

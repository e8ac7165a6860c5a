package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.leat.schemas.position.OnLostPosition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HoldingConsumerTest {
  private static final TopicPartition FIRST = new TopicPartition("payments", 0);
  private static final TopicPartition SECOND = new TopicPartition("payments", 1);

  private final Set<String> unknown = new HashSet<>();
  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("none");
  private final RecordGates gates = new RecordGates();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final LostPositions.Held held = new LostPositions.Held(metrics);
  private Consumer<byte[], byte[]> consumer = kafka;

  @BeforeEach
  void start() {
    gates.add("payments", record -> !unknown.contains(new String(record.value(), UTF_8)));
    consumer = new HoldingConsumer(kafka, gates, lost(OnLostPosition.stop));
    consumer.assign(List.of(FIRST, SECOND));
    kafka.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    kafka.updateEndOffsets(Map.of(FIRST, 100L, SECOND, 100L));
    kafka.seekToBeginning(List.of(FIRST, SECOND));
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
  void aGateIsToldHowManyRecordsWait() {
    Map<Integer, Long> waiting = new HashMap<>();
    gates.add(
        "payments",
        new RecordGate() {
          @Override
          public boolean mayPass(ConsumerRecord<byte[], byte[]> record) {
            return true;
          }

          @Override
          public void waits(int partition, long records) {
            waiting.put(partition, records);
          }
        });
    send(FIRST, 0, "a");
    send(FIRST, 1, "b");
    consumer.poll(Duration.ZERO);

    assertThat(waiting).containsExactlyInAnyOrderEntriesOf(Map.of(0, 98L, 1, 100L));
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
    consumer.seek(FIRST, 0);
    unknown.clear();
    send(FIRST, 0, "b");

    assertThat(values(consumer.poll(Duration.ZERO))).containsExactly("b");
  }

  @Test
  void aPartitionWhosePositionIsBeforeTheLogIsHeldAndTheOtherGoesOn() {
    lose(FIRST, 5, 10, 20);
    send(SECOND, 0, "x");

    assertThat(values(consumer.poll(Duration.ZERO))).isEmpty();
    assertThat(values(consumer.poll(Duration.ZERO))).containsExactly("x");

    assertThat(kafka.paused()).containsExactly(FIRST);
    assertThat(kafka.position(FIRST)).isEqualTo(5);
    assertThat(held.problem())
        .get(STRING)
        .startsWith("shop-features stands at payments/0/5, and the log holds 10 up to 20.")
        .contains("The 5 records from 5 on were deleted")
        .contains("--on-lost-position nearest (LEAT_ON_LOST_POSITION=nearest: from offset 10)");
    assertThat(metrics.get("leat.positions.lost").gauge().value()).isEqualTo(1);
  }

  @Test
  void aPositionBehindTheEndIsNotReadFromTheBeginning() {
    lose(FIRST, 95, 0, 90);
    send(SECOND, 0, "x");

    consumer.poll(Duration.ZERO);
    consumer.resume(List.of(FIRST, SECOND));

    assertThat(kafka.paused()).containsExactly(FIRST);
    assertThat(kafka.position(FIRST)).isEqualTo(95);
    assertThat(held.problem())
        .get(STRING)
        .contains("The log lost its tail")
        .contains("the 5 offsets from 90 on");
  }

  @ParameterizedTest
  @CsvSource({
    "nearest,  5, 10, 20, 10",
    "nearest, 95,  0, 90, 90",
    "earliest, 95,  3, 90,  3",
    "latest,   5, 10, 20, 20"
  })
  void aLostPositionGoesOnWhereItIsChosen(
      OnLostPosition choice, long position, long earliest, long end, long next) {
    consumer = new HoldingConsumer(kafka, gates, lost(choice));
    lose(FIRST, position, earliest, end);

    consumer.poll(Duration.ZERO);

    assertThat(kafka.position(FIRST)).isEqualTo(next);
    assertThat(kafka.paused()).isEmpty();
    assertThat(held.problem()).isEmpty();
  }

  @Test
  void aPartitionWithAPositionThatIsLostIsHeldNoMoreWhenItWasTakenAway() {
    lose(FIRST, 5, 10, 20);
    consumer.poll(Duration.ZERO);

    consumer.assign(List.of(SECOND));
    consumer.poll(Duration.ZERO);

    assertThat(held.problem()).isEmpty();
  }

  @Test
  void aPartitionThatTheGroupHasNoPositionOfBeginsWithItsFirstRecord() {
    MockConsumer<byte[], byte[]> fresh = new MockConsumer<>("none");
    fresh.assign(List.of(FIRST));
    fresh.updateBeginningOffsets(Map.of(FIRST, 7L));

    new HoldingConsumer(fresh, gates, lost(OnLostPosition.stop)).poll(Duration.ZERO);

    assertThat(fresh.position(FIRST)).isEqualTo(7);
    assertThat(held.problem()).isEmpty();
  }

  /** The consumer stands at a position, and the brokers say that the log is another. */
  private void lose(TopicPartition partition, long position, long earliest, long end) {
    kafka.seek(partition, position);
    kafka.updateBeginningOffsets(Map.of(partition, earliest));
    kafka.updateEndOffsets(Map.of(partition, end));
    kafka.setPollException(new OffsetOutOfRangeException(Map.of(partition, position)));
  }

  /** The mock answers as the brokers do; closing what asks leaves it open. */
  private LostPositions lost(OnLostPosition choice) {
    MockConsumer<byte[], byte[]> brokers = new MockConsumer<>("none");
    return new LostPositions(
        "shop-features",
        choice,
        held,
        () -> {
          brokers.updateBeginningOffsets(kafka.beginningOffsets(List.of(FIRST, SECOND)));
          brokers.updateEndOffsets(kafka.endOffsets(List.of(FIRST, SECOND)));
          return brokers;
        });
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

package io.leat.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What no broker does when a test wants it: markers, silence, errors. */
class TopicLogTest {
  private static final String TOPIC = "log";
  private static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);
  private static final TopicPartition SECOND = new TopicPartition(TOPIC, 1);

  private final MockConsumer<byte @Nullable [], byte @Nullable []> kafka =
      new MockConsumer<>("none");
  private final AtomicLong nanos = new AtomicLong();
  private final List<String> read = new ArrayList<>();

  @Test
  void anEndIsReachedByThePositionThoughItsLastOffsetsAreMarkers() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 4L));
    kafka.addRecord(record(FIRST, 0, "a"));
    kafka.addRecord(record(FIRST, 1, "b"));
    kafka.schedulePollTask(() -> {});
    kafka.schedulePollTask(() -> kafka.seek(FIRST, 4)); // as a client does over what it leaves out

    assertThat(log.readToEnd(this::take)).isTrue();

    assertThat(read).containsExactly("0/0 a", "0/1 b");
    assertThat(log.hasReached(Map.of(FIRST, 4L))).isTrue();
  }

  @Test
  void aPartitionWithoutRecordsIsReadWithoutAskingForAny() {
    TopicLog log = log(Map.of(FIRST, 7L, SECOND, 0L), Map.of(FIRST, 7L, SECOND, 0L));
    kafka.setPollException(new KafkaException("asked"));

    assertThat(log.readToEnd(this::take)).isTrue();
    assertThat(read).isEmpty();
  }

  @Test
  void whatComesBehindTheEndIsReadTheNextTime() {
    TopicLog log = log(Map.of(FIRST, 0L, SECOND, 5L), Map.of(FIRST, 1L, SECOND, 7L));
    kafka.addRecord(record(FIRST, 0, "a"));
    kafka.addRecord(record(FIRST, 1, "behind"));
    kafka.schedulePollTask(() -> {});
    kafka.schedulePollTask(
        () -> {
          assertThat(kafka.paused()).containsExactly(FIRST);
          kafka.addRecord(record(SECOND, 5, "b"));
          kafka.addRecord(record(SECOND, 6, "c"));
        });

    assertThat(log.readToEnd(this::take)).isTrue();

    assertThat(read).containsExactly("0/0 a", "1/5 b", "1/6 c");
    assertThat(kafka.position(FIRST)).isEqualTo(1);
    assertThat(kafka.paused()).isEmpty();
  }

  @Test
  void aVisitorThatWantsNoMoreLeavesTheRestToBeReadNext() {
    TopicLog log = log(Map.of(FIRST, 0L, SECOND, 0L), Map.of(FIRST, 3L, SECOND, 1L));
    for (int offset = 0; offset < 3; offset++) {
      kafka.addRecord(record(FIRST, offset, "a"));
    }
    kafka.addRecord(record(SECOND, 0, "b"));

    assertThat(log.readToEnd(record -> take(record) && record.offset() != 1)).isFalse();

    assertThat(read).contains("0/0 a", "0/1 a").doesNotContain("0/2 a");
    assertThat(kafka.position(FIRST)).isEqualTo(2);
    assertThat(kafka.position(SECOND)).isEqualTo(read.contains("1/0 b") ? 1 : 0);
  }

  @Test
  void aRecordThatTheVisitorFailedOnIsReadAgain() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 3L));
    for (int offset = 0; offset < 3; offset++) {
      kafka.addRecord(record(FIRST, offset, "a"));
    }

    assertThatThrownBy(
            () ->
                log.readToEnd(
                    record -> {
                      if (record.offset() == 1) {
                        throw new IllegalStateException("the registry is down");
                      }
                      return take(record);
                    }))
        .hasMessage("the registry is down");

    assertThat(read).containsExactly("0/0 a");
    assertThat(kafka.position(FIRST)).isEqualTo(1);
    assertThat(kafka.paused()).isEmpty();
  }

  @Test
  void silenceShortOfTheEndIsRefusedWithWhatIsMissing() {
    TopicLog log = log(Map.of(FIRST, 0L, SECOND, 0L), Map.of(FIRST, 0L, SECOND, 9L));
    kafka.addRecord(record(SECOND, 0, "a"));
    Duration step = TopicLog.LONGEST_SILENCE.dividedBy(4);
    AtomicLong polls = new AtomicLong();
    passing(step, polls);

    LeatException error =
        catchThrowableOfType(LeatException.class, () -> log.readToEnd(this::take));

    assertThat(error.code()).isEqualTo(ErrorCode.KAFKA);
    assertThat(error)
        .hasMessageContaining("log could not be read to its end at broker:9092")
        .hasMessageContaining("nothing came for 90 s at log-1, offset 1 of 9")
        .hasMessageContaining("a transaction left open");
    assertThat(polls).as("four quarters of silence, and more").hasValueGreaterThan(4);
  }

  /** Lets time pass with each poll. */
  private void passing(Duration step, AtomicLong polls) {
    kafka.schedulePollTask(
        () -> {
          nanos.addAndGet(step.toNanos());
          polls.incrementAndGet();
          passing(step, polls);
        });
  }

  @Test
  void aReaderThatGoesOnSlowlyIsNotSilent() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 5L));
    List<Long> left = new ArrayList<>();
    for (int offset = 0; offset < 5; offset++) {
      ConsumerRecord<byte @Nullable [], byte @Nullable []> next = record(FIRST, offset, "a");
      kafka.schedulePollTask(
          () -> {
            nanos.addAndGet(TopicLog.LONGEST_SILENCE.toNanos() - 1);
            kafka.addRecord(next);
          });
    }

    log.readToEnd(
        new TopicLog.Visitor() {
          @Override
          public boolean visit(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
            return take(record);
          }

          @Override
          public void left(long offsets) {
            left.add(offsets);
          }
        });

    assertThat(read).hasSize(5);
    assertThat(left).containsExactly(4L, 3L, 2L, 1L, 0L);
  }

  @Test
  void whatTheLogHasLostIsToldAndNotPassedOver() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 5L));
    kafka.setPollException(new OffsetOutOfRangeException(Map.of(FIRST, 0L)));

    LeatException error =
        catchThrowableOfType(LeatException.class, () -> log.readToEnd(this::take));

    assertThat(error.code()).isEqualTo(ErrorCode.LOST_POSITION);
    assertThat(error).hasMessageContaining("log-0").hasMessageContaining("no offset [0] any more");
  }

  @Test
  void theLastRecordIsLookedForInWhatIsLeftWhereTheBeginningIsDeletedMeanwhile() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 5L));
    kafka.schedulePollTask(
        () -> {
          kafka.updateBeginningOffsets(Map.of(FIRST, 3L));
          kafka.setPollException(new OffsetOutOfRangeException(Map.of(FIRST, 0L)));
        });
    kafka.schedulePollTask(
        () -> {
          kafka.addRecord(record(FIRST, 3, "c"));
          kafka.addRecord(record(FIRST, 4, "d"));
        });

    assertThat(log.last(FIRST, Long.MAX_VALUE, record -> true).orElseThrow().offset()).isEqualTo(4);
  }

  @Test
  void aRecordThatIsDeletedWhileItIsLookedForIsNotThere() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 5L));
    kafka.schedulePollTask(
        () -> {
          kafka.updateBeginningOffsets(Map.of(FIRST, 3L));
          kafka.setPollException(new OffsetOutOfRangeException(Map.of(FIRST, 1L)));
        });

    assertThat(log.at(FIRST, 1)).isEmpty();
  }

  @Test
  void brokersThatRefuseAreTheUsersToMend() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 5L));
    kafka.setPollException(
        new TopicAuthorizationException("Not authorized to access topics: [log]"));

    LeatException error =
        catchThrowableOfType(LeatException.class, () -> log.readToEnd(this::take));

    assertThat(error.code()).isEqualTo(ErrorCode.KAFKA);
    assertThat(error)
        .hasMessageContaining("The topic log could not be read at broker:9092: Not authorized")
        .hasMessageContaining("may this user read the topic?");
  }

  @Test
  void settingsThatAreNoneAreTheUsersToMend() {
    assertThatThrownBy(() -> TopicLog.open(Map.of("bootstrap.servers", "no address"), TOPIC))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("The topic log could not be read at no address");
  }

  @Test
  void anInterruptAndAWakeUpAreNoErrorsOfTheBrokers() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 5L));
    log.wakeUp();
    assertThatThrownBy(() -> log.poll(Duration.ZERO)).isInstanceOf(WakeupException.class);

    kafka.setPollException(new InterruptException("interrupted"));
    assertThatThrownBy(() -> log.readToEnd(this::take)).isInstanceOf(InterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aCompactedTopicIsTheLastValueOfEachKey() {
    TopicLog log = log(Map.of(FIRST, 3L), Map.of(FIRST, 7L));
    kafka.addRecord(record(FIRST, 3, "a", "first"));
    kafka.addRecord(record(FIRST, 4, "b", "gone"));
    kafka.addRecord(record(FIRST, 5, "a", "last"));
    kafka.addRecord(record(FIRST, 6, "b", null));
    CompactedTopic<String> topic = new CompactedTopic<>(log, value -> new String(value, UTF_8));

    assertThat(topic.isAtItsEnd()).isFalse();
    assertThat(topic.readToEnd()).isEqualTo(Map.of("a", "last"));
    assertThat(topic.isAtItsEnd()).isTrue();

    assertThat(topic.poll(Duration.ZERO)).isFalse();
    kafka.addRecord(record(FIRST, 7, "c", "new"));
    assertThat(topic.poll(Duration.ZERO)).isTrue();
    assertThat(topic.values()).isEqualTo(Map.of("a", "last", "c", "new"));
  }

  @Test
  void aRecordWithoutAKeyIsNoneOfACompactedTopic() {
    TopicLog log = log(Map.of(FIRST, 0L), Map.of(FIRST, 1L));
    kafka.addRecord(new ConsumerRecord<>(TOPIC, 0, 0, null, new byte[0]));
    CompactedTopic<String> topic = new CompactedTopic<>(log, value -> new String(value, UTF_8));

    assertThatThrownBy(topic::readToEnd)
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("log/0/0 has no key");
  }

  private TopicLog log(Map<TopicPartition, Long> beginnings, Map<TopicPartition, Long> ends) {
    kafka.updateBeginningOffsets(new HashMap<>(beginnings));
    kafka.updateEndOffsets(new HashMap<>(ends));
    return new TopicLog(
        kafka,
        TOPIC,
        "broker:9092",
        beginnings.keySet().stream().sorted((a, b) -> a.partition() - b.partition()).toList(),
        nanos::get);
  }

  private boolean take(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    byte[] value = record.value();
    read.add(
        "%d/%d %s"
            .formatted(
                record.partition(),
                record.offset(),
                value == null ? "" : new String(value, UTF_8)));
    return true;
  }

  private static ConsumerRecord<byte @Nullable [], byte @Nullable []> record(
      TopicPartition partition, long offset, String value) {
    return record(partition, offset, "key", value);
  }

  private static ConsumerRecord<byte @Nullable [], byte @Nullable []> record(
      TopicPartition partition, long offset, String key, @Nullable String value) {
    return new ConsumerRecord<>(
        TOPIC,
        partition.partition(),
        offset,
        key.getBytes(UTF_8),
        value == null ? null : value.getBytes(UTF_8));
  }
}

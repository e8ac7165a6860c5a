package io.leat.runtime.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.runtime.flink.StreamDrain.Stage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.BoundedOutOfOrdernessWatermarks;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A partition that is silent, in a stream of ingestion, features and drift: when does it no longer
 * hold windows open? Time is in seconds.
 */
class DrainedWatermarksTest {
  private static final String REPARTITION = "shop-features-by-user-repartition";

  private long second;
  private final Brokers brokers = new Brokers();
  private final Said said = new Said();
  private StreamDrain drain;
  private DrainedWatermarks<String> partition;

  @BeforeEach
  void start() {
    drain =
        new StreamDrain(
            List.of(
                Stage.of("shop-ingestion", "orders"),
                new Stage("shop-features", Set.of("orders.valid"), "shop-features-"),
                Stage.of("shop-drift", "features.risk")),
            brokers,
            this::millis);
    partition = newPartition();
    for (String topic : List.of("orders", "orders.valid", REPARTITION, "features.risk")) {
      brokers.ends.put(topic, 100L);
    }
    brokers.committed("shop-ingestion", "orders", 100);
    brokers.committed("shop-features", "orders.valid", 100);
    brokers.committed("shop-features", REPARTITION, 100);
    brokers.committed("shop-drift", "features.risk", 100);
    partition.onEvent("a", 5_000, said);
  }

  @Test
  void silenceInAStreamThatIsReadToItsEndIsIdleness() {
    pass(19);
    assertThat(said.idle).isFalse();
    assertThat(said.watermark).isEqualTo(4_999);

    pass(2);
    assertThat(said.idle).isTrue();
  }

  @Test
  void aBacklogOfIngestionHoldsWindowsOpenHoweverLongTheSilence() {
    brokers.committed("shop-ingestion", "orders", 40);
    pass(3_600);
    assertThat(said.idle).isFalse();

    brokers.committed("shop-ingestion", "orders", 100);
    pass(1);
    assertThat(said.idle).as("what has come since the first look is not known yet").isFalse();
    pass(1);
    assertThat(said.idle).isTrue();
  }

  @Test
  void aBacklogOfTheFeaturesDoes() {
    brokers.committed("shop-features", "orders.valid", 99);
    pass(3_600);
    assertThat(said.idle).isFalse();
  }

  @Test
  void aBacklogInATopicThatTheFeaturesWriteForThemselvesDoes() {
    brokers.committed("shop-features", REPARTITION, 99);
    pass(3_600);
    assertThat(said.idle).isFalse();
  }

  @Test
  void aBacklogOfTheVectorsThemselvesDoes() {
    brokers.committed("shop-drift", "features.risk", 99);
    pass(3_600);
    assertThat(said.idle).isFalse();
  }

  @Test
  void aStageThatWritesMoreWhileItIsWaitedForIsReadToItsNewEnd() {
    brokers.committed("shop-ingestion", "orders", 99);
    pass(1);
    brokers.committed("shop-ingestion", "orders", 100); // and with that a valid event more
    brokers.ends.put("orders.valid", 101L);
    pass(3_600);
    assertThat(said.idle).isFalse();

    brokers.committed("shop-features", "orders.valid", 101);
    pass(25);
    assertThat(said.idle).isTrue();
  }

  @Test
  void liveTrafficInOtherPartitionsKeepsNoSilentOneFromBeingIdle() {
    for (int i = 0; i < 60; i++) { // each stage is always some records behind
      brokers.ends.replaceAll((topic, end) -> end + 10);
      brokers.committed.replaceAll((at, committed) -> committed + 10);
      brokers.ends.put("orders", brokers.ends.get("orders") + (i == 0 ? 5 : 0));
      brokers.committed("shop-ingestion", "orders", brokers.ends.get("orders") - 5);
      pass(1);
    }
    assertThat(said.idle).isTrue();
  }

  @Test
  void aRecordEndsTheIdleness() {
    pass(30);
    assertThat(said.idle).isTrue();

    partition.onEvent("b", 9_000, said);
    partition.onPeriodicEmit(said);

    assertThat(said.idle).isFalse();
    assertThat(said.watermark).isEqualTo(8_999);
    pass(10);
    assertThat(said.idle).isFalse();
  }

  /** Of two partitions, at rest for long; then a backlog comes, of one first. */
  @Test
  void afterARestNoWindowClosesOnThePartitionThatIsReadFirst() {
    DrainedWatermarks<String> first = partition;
    DrainedWatermarks<String> second = newPartition();
    Said saidOfSecond = new Said();
    second.onEvent("b", 5_000, saidOfSecond);
    for (int i = 0; i < 600; i++) {
      pass(1);
      second.onPeriodicEmit(saidOfSecond);
    }
    assertThat(said.idle).isTrue();
    assertThat(saidOfSecond.idle).isTrue();

    brokers.ends.put("orders", 200L); // ingestion reads them, partition by partition
    long last = 30 * 86_400_000L;
    for (long day = 1; day <= 30; day++) {
      first.onEvent("a", day * 86_400_000L, said);
      pass(1);
      second.onPeriodicEmit(saidOfSecond);
    }
    assertThat(said.watermark).as("as it was before").isEqualTo(4_999);

    for (long day = 1; day <= 30; day++) {
      second.onEvent("b", day * 86_400_000L, saidOfSecond);
      pass(1);
      second.onPeriodicEmit(saidOfSecond);
    }
    assertThat(said.watermark).isEqualTo(4_999);
    assertThat(saidOfSecond.idle).isFalse();

    brokers.ends.replaceAll((topic, end) -> 200L);
    brokers.committed.replaceAll((at, committed) -> 200L);
    for (int i = 0; i < 3; i++) {
      pass(1);
      second.onPeriodicEmit(saidOfSecond);
    }
    assertThat(said.watermark).isEqualTo(last - 1);
    assertThat(saidOfSecond.watermark).isEqualTo(last - 1);
  }

  private DrainedWatermarks<String> newPartition() {
    return newPartition(false);
  }

  private DrainedWatermarks<String> newPartition(boolean mayStandStill) {
    return new DrainedWatermarks<>(
        new BoundedOutOfOrdernessWatermarks<>(Duration.ZERO),
        Duration.ofSeconds(20),
        this::millis,
        drain,
        mayStandStill);
  }

  /** As dead letters do of an event of which nothing passes: without a time, or of one for ever. */
  @Test
  void recordsThatComeForEverAndAreNoNewerHoldNoWindowOpenWhereThatMayBe() {
    for (long time : List.of(Long.MIN_VALUE, 5_000L)) {
      partition = newPartition(true);
      DrainedWatermarks<String> ofVectors = newPartition(false);
      Said saidOfVectors = new Said();
      for (int i = 0; i < 60; i++) {
        partition.onEvent("refused", time, said);
        ofVectors.onEvent("vector", time, saidOfVectors);
        pass(1);
        ofVectors.onPeriodicEmit(saidOfVectors);
      }
      assertThat(said.idle).isTrue();
      assertThat(saidOfVectors.idle).isFalse();

      partition.onEvent("refused", 9_000, said);
      pass(2);
      assertThat(said.idle).as("time passes again").isFalse();
      assertThat(said.watermark).isEqualTo(8_999);
    }
  }

  @Test
  void aWatermarkWaitsUntilWhatWasInTheStreamWithItIsRead() {
    pass(1);
    brokers.ends.put("orders", 101L);
    partition.onEvent("b", 9_000, said);
    pass(3_600);
    assertThat(said.watermark).isEqualTo(4_999);

    brokers.committed("shop-ingestion", "orders", 101);
    pass(2);
    assertThat(said.watermark).isEqualTo(8_999);
  }

  @Test
  void nothingIsIdleWhileItIsNotKnownHowFarTheStreamIsRead() {
    for (int i = 0; i < 3_600; i++) {
      second++;
      partition.onPeriodicEmit(said);
    }
    assertThat(said.idle).isFalse();
  }

  private long millis() {
    return 1_000 * second;
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      second++;
      drain.advance();
      partition.onPeriodicEmit(said);
    }
  }

  /** Topics of one partition. */
  private static final class Brokers implements StreamDrain.Logs {
    private final Map<String, Long> ends = new HashMap<>();
    private final Map<List<String>, Long> committed = new HashMap<>();

    void committed(String group, String topic, long offset) {
      committed.put(List.of(group, topic), offset);
    }

    @Override
    public Set<String> named(String beginning) {
      return ends.keySet().stream()
          .filter(topic -> topic.startsWith(beginning))
          .collect(Collectors.toSet());
    }

    @Override
    public Map<TopicPartition, Long> ends(Set<String> topics) {
      return topics.stream()
          .collect(Collectors.toMap(topic -> new TopicPartition(topic, 0), ends::get));
    }

    @Override
    public boolean hasRead(String group, Map<TopicPartition, Long> wanted) {
      return wanted.entrySet().stream()
          .allMatch(
              end ->
                  committed.getOrDefault(List.of(group, end.getKey().topic()), 0L)
                      >= end.getValue());
    }
  }

  /** What a partition said last. */
  private static final class Said implements WatermarkOutput {
    private long watermark;
    private boolean idle;

    @Override
    public void emitWatermark(Watermark said) {
      watermark = said.getTimestamp();
      idle = false;
    }

    @Override
    public void markIdle() {
      idle = true;
    }

    @Override
    public void markActive() {
      idle = false;
    }
  }
}

package io.leat.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.models.registry.TestVersions;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SwitchLogTest {
  private final RegistryClient registry = new RegistryClient("mock://switch-log");
  private final AvroCodec codec = new AvroCodec(registry);
  private final KeyValueStore<Long, byte[]> store =
      Stores.keyValueStoreBuilder(
              Stores.inMemoryKeyValueStore("fraud-switches"), Serdes.Long(), Serdes.ByteArray())
          .withLoggingDisabled()
          .withCachingDisabled()
          .build();

  @BeforeEach
  void open() {
    store.init(new MockProcessorContext<>().getStateStoreContext(), store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aPositionIsRecordedWhereAnotherRolloutBegins() {
    SwitchLog log = log();
    assertThat(log.last()).isEmpty();

    assertThat(log.scoresFrom(300, rollout(1))).isTrue();
    assertThat(log.scoresFrom(300, rollout(1))).isFalse();
    assertThat(log.scoresFrom(70_000, rollout(1))).isFalse();
    assertThat(log.scoresFrom(70_001, rollout(3))).isTrue();

    assertThat(recorded()).isEqualTo(Map.of(300L, 1L, 70_001L, 3L));
    assertThat(log().last()).as("of a restored store").contains(rollout(3));
  }

  @Test
  void aPartitionNeverGoesBack() {
    SwitchLog log = log();
    log.scoresFrom(5, rollout(3));

    assertThatThrownBy(() -> log.scoresFrom(6, rollout(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("went over to rollout 3 of model fraud cannot go back to 2");
    assertThat(recorded()).isEqualTo(Map.of(5L, 3L));
  }

  /** Without exactly-once after a crash; or the topic was made anew. */
  @Test
  void whereAPartitionIsReadAgainWhatWasRecordedBehindIsForgotten() {
    SwitchLog log = log();
    log.scoresFrom(0, rollout(1));
    log.scoresFrom(100, rollout(2));
    log.scoresFrom(200, rollout(3));

    assertThat(log().scoresFrom(50, rollout(3))).isTrue();
    assertThat(recorded()).isEqualTo(Map.of(0L, 1L, 50L, 3L));
    assertThat(log().scoresFrom(0, rollout(4))).isTrue();
    assertThat(recorded()).isEqualTo(Map.of(0L, 4L));
  }

  private SwitchLog log() {
    return new SwitchLog(
        "fraud",
        store,
        codec,
        () -> registry.register("switches-value", ModelSwitch.getClassSchema()));
  }

  private static Rollout rollout(long revision) {
    return TestVersions.rollout(revision, new RolloutArm(1, "a", ModelRole.CHAMPION, 1.0));
  }

  /** Offset to revision. */
  private Map<Long, Long> recorded() {
    Map<Long, Long> recorded = new LinkedHashMap<>();
    try (KeyValueIterator<Long, byte[]> all = store.all()) {
      all.forEachRemaining(
          one -> {
            ModelSwitch gone = codec.decode(one.value, ModelSwitch.class);
            assertThat(gone.getModel()).isEqualTo("fraud");
            assertThat(gone.getOffset()).isEqualTo(one.key);
            recorded.put(one.key, gone.getRollout().getRevision());
          });
    }
    return recorded;
  }
}

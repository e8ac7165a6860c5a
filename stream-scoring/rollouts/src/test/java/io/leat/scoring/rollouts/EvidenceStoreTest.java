package io.leat.scoring.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.guard.StageEvidence;
import io.leat.records.GuardKind;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutObservation;
import java.util.Random;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvidenceStoreTest {
  private static final RolloutGuard SCORES =
      new RolloutGuard(GuardKind.SCORE_DISTRIBUTION, 0.2, 0.05, null);

  private KeyValueStore<String, byte[]> store;

  @BeforeEach
  void openStore() {
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(EvidenceStore.NAME),
                Serdes.String(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
  }

  private static RolloutObservation observation(
      String model, long rollout, boolean candidate, Double score) {
    return new RolloutObservation(
        model, rollout, candidate, score, false, SCORES.getLimit(), null, null, false);
  }

  @Test
  void aProcessThatTakesTheStoreOverKnowsWhatTheOneBeforeKnew() {
    EvidenceStore before = new EvidenceStore(store);
    EvidenceStore whole = new EvidenceStore(store("whole"));
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      for (String model : new String[] {"fraud", "fraud-2", "price"}) {
        RolloutObservation champion = observation(model, 3, false, random.nextGaussian());
        RolloutObservation version =
            observation(model, 3, true, i % 10 == 0 ? null : random.nextGaussian());
        before.add(champion);
        before.add(version);
        whole.add(champion);
        whole.add(version);
      }
      if (i % 100 == 7) {
        before = new EvidenceStore(store);
      }
    }
    for (String model : new String[] {"fraud", "fraud-2", "price"}) {
      StageEvidence taken = new EvidenceStore(store).of(model, 3).orElseThrow();
      StageEvidence known = whole.of(model, 3).orElseThrow();
      assertThat(taken.bytes()).isEqualTo(known.bytes());
      assertThat(taken.finding(SCORES)).isEqualTo(known.finding(SCORES));
      assertThat(taken.counts())
          .isEqualTo("version: 50 of 500 vectors without a score; champion: 0 of 500");
    }
  }

  private static KeyValueStore<String, byte[]> store(String name) {
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    KeyValueStore<String, byte[]> other =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    other.init(context.getStateStoreContext(), other);
    return other;
  }

  @Test
  void aNewRolloutBeginsWithNoEvidenceAndWhatIsLateOfTheOneBeforeIsPassedOver() {
    EvidenceStore evidence = new EvidenceStore(store);
    evidence.add(observation("fraud0", 3, false, 0.25)); // next to fraud's own keys
    evidence.add(observation("fraud", 3, false, 0.25));
    evidence.add(observation("fraud", 3, true, 0.5));
    evidence.add(observation("fraud", 4, true, 0.75));
    evidence.add(observation("fraud", 3, true, 0.5));

    for (EvidenceStore one : new EvidenceStore[] {evidence, new EvidenceStore(store)}) {
      assertThat(one.of("fraud", 3)).isEmpty();
      assertThat(one.of("fraud", 4).orElseThrow().counts())
          .isEqualTo("version: 0 of 1 vectors without a score; champion: 0 of 0");
      assertThat(one.of("fraud", 4).orElseThrow().finding(SCORES).evidence())
          .contains("of 1 and 0 scores");
      assertThat(one.of("price", 1)).isEmpty();
      assertThat(one.of("fraud0", 3).orElseThrow().counts())
          .isEqualTo("version: 0 of 0 vectors without a score; champion: 0 of 1");
    }
  }
}

package io.leat.features.online.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.engine.ViewEngine;
import io.leat.features.online.backfill.BackfillState.Phase;
import io.leat.schemas.backfill.LogCut;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class BackfillGateTest {
  private final KeyValueStore<Bytes, byte[]> store = Stores.inMemoryKeyValueStore("view-v1").get();
  private final BackfillGate gate =
      new BackfillGate(Tags.empty(), store, new SimpleMeterRegistry());

  @Test
  void aNewStoreWaits() {
    assertThat(gate.isOpen()).isFalse();
  }

  @Test
  void aStoreThatHadStatesBeforeItsViewWasBackfilledDoesNotWait() {
    store.put(Bytes.wrap("alice".getBytes(UTF_8)), new byte[] {1});

    assertThat(gate.isOpen()).isTrue();
    assertThat(gate.has(new Position(0, 0))).isFalse();
  }

  @Test
  void keptEventsAreNoStates() {
    gate.keep(new KeptEvent(new Position(0, 1), "a".getBytes(UTF_8), new byte[] {7}));

    assertThat(gate.isOpen()).isFalse();
    assertThat(ViewEngine.isKey(StoreNames.kept(0).get())).isFalse();
    assertThat(ViewEngine.isKey(BackfillState.name())).isFalse();
  }

  @Test
  void anOpenGateHasWhatLiesBeforeTheCutAndWhatIsOfNoKnownPlace() {
    new BackfillStore(store).set(new BackfillState(Phase.LIVE, 1, 9, new LogCut(List.of(5L, 0L))));

    assertThat(gate.isOpen()).isTrue();
    assertThat(gate.has(new Position(0, 4))).isTrue();
    assertThat(gate.has(new Position(0, 5))).isFalse();
    assertThat(gate.has(new Position(1, 0))).isFalse();
    assertThat(gate.has(new Position(2, 0))).isFalse();
    assertThat(gate.has(Position.UNKNOWN)).isTrue();
  }

  @Test
  void whatAnEventTakesIsKeptWhole() {
    KeptEvent event = new KeptEvent(new Position(3, 9), "k".getBytes(UTF_8), new byte[] {1, 2});

    KeptEvent read = KeptEvent.fromBytes(event.toBytes());

    assertThat(read).usingRecursiveComparison().isEqualTo(event);
  }

  /** Bytes of form 1; never edit. */
  @Test
  void whatAnEarlierReleaseKeptIsRead() {
    String golden =
        "01" // version
            + "00000003" // partition
            + "0000000000000009" // offset
            + "ffffffffffffffff" // event time
            + ("00000001" + "6b") // key
            + ("00000002" + "6964") // id
            + ("00000002" + "0102"); // event

    KeptEvent read = KeptEvent.fromBytes(HexFormat.of().parseHex(golden));

    assertThat(read)
        .usingRecursiveComparison()
        .isEqualTo(new KeptEvent(new Position(3, 9), "k".getBytes(UTF_8), new byte[] {1, 2}));
  }

  @Test
  void aRestartNumbersOnBehindWhatIsKept() {
    KeptEvent event = new KeptEvent(new Position(0, 1), new byte[0], new byte[0]);
    gate.keep(event);
    gate.keep(event);

    new BackfillGate(Tags.empty(), store, new SimpleMeterRegistry()).keep(event);

    assertThat(new BackfillStore(store).nextNumber()).isEqualTo(3);
  }
}

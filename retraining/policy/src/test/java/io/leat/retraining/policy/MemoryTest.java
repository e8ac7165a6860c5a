package io.leat.retraining.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Pipeline;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the policies remember over a restart with another pipeline. */
class MemoryTest {
  private static final Instant MAY = Instant.parse("1997-05-01T00:00:00Z");

  private final RegistryClient registry = new RegistryClient("mock://memory");
  private Memory memory;

  @BeforeEach
  void start() {
    MockProcessorContext<String, Output> context = new MockProcessorContext<>();
    for (String name : RetrainingTopology.STORES) {
      KeyValueStore<String, byte[]> store =
          Stores.keyValueStoreBuilder(
                  Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
              .withLoggingDisabled()
              .build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
    }
    memory = new Memory(context, registry, RegistryRetry.none());
  }

  @Test
  void episodesOfPerformanceThatNobodyWillCloseAreForgotten() {
    DriftAlert performance = alert("p1", AlertKinds.PERFORMANCE);
    DriftAlert drift = alert("a1", AlertKinds.DRIFT);
    memory.episode(performance);
    memory.hold(performance, MAY);
    memory.hold(drift, MAY);
    memory.forgetUnwatched(alert -> true);
    assertThat(memory.of("price").harmed()).isTrue();
    assertThat(memory.held("price")).hasSize(2);

    memory.forgetUnwatched(alert -> RetrainingTopology.isWatched(withoutMonitors(), alert));

    assertThat(memory.of("price").harmed()).isFalse();
    assertThat(memory.held("price"))
        .as("the drift job closes its own")
        .extracting(held -> held.alert().getAlertId())
        .containsExactly("a1");
  }

  @Test
  void ofMoreIncidentsThanAreKeptTheOldestGoes() {
    for (int day = 0; day <= Memory.MOST_INCIDENTS; day++) {
      Instant from = MAY.plus(Duration.ofDays(day));
      memory.incident(
          "price", new Incident("q" + day, "prices", new Span(from, from.plusSeconds(1))));
    }

    assertThat(memory.incidents("price"))
        .hasSize(Memory.MOST_INCIDENTS)
        .first()
        .isEqualTo(
            new Incident(
                "q1",
                "prices",
                new Span(
                    MAY.plus(Duration.ofDays(1)), MAY.plus(Duration.ofDays(1)).plusSeconds(1))));
    assertThat(memory.incidents("demand")).isEmpty();
  }

  @Test
  void whatAnEarlierReleaseSentOfAWindowIsItsEndAlone() {
    byte[] earlier = ByteBuffer.allocate(Long.BYTES).putLong(MAY.toEpochMilli()).array();

    assertThat(LookedAt.fromBytes(earlier).end()).isEqualTo(MAY);
    assertThat(LookedAt.fromBytes(earlier).window()).isEmpty();
  }

  @Test
  void aModelsTimeDoesNotGoBack() {
    assertThat(memory.reached("price", MAY)).isEqualTo(MAY);
    assertThat(memory.reached("price", MAY.minusSeconds(1))).isEqualTo(MAY);
    assertThat(memory.reached("demand", MAY.minusSeconds(1))).isEqualTo(MAY.minusSeconds(1));
    assertThat(memory.reached("price", MAY.plusSeconds(1))).isEqualTo(MAY.plusSeconds(1));
  }

  private static DriftAlert alert(String id, String kind) {
    DriftAlert alert = RetrainingTopologyTest.alert(id, Severity.CRITICAL, MAY);
    alert.put("kind", kind);
    return alert;
  }

  private static Pipeline withoutMonitors() {
    return new Pipeline(
        "power",
        "grid-team",
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}

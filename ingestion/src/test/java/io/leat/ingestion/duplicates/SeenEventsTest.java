package io.leat.ingestion.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenEventsTest {
  private static final Duration HORIZON = Duration.ofMinutes(10);
  private static final long MILLIS = HORIZON.toMillis();

  @TempDir private Path directory;

  private WindowStore<byte[], byte[]> store;
  private SeenEvents seen;

  @BeforeEach
  void open() {
    open(HORIZON);
  }

  private void open(Duration horizon) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "seen");
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    store = SeenEvents.store("seen", horizon).withLoggingDisabled().build();
    MockProcessorContext<byte[], byte[]> context =
        new MockProcessorContext<>(settings, new TaskId(0, 0), directory.toFile());
    store.init(context.getStateStoreContext(), store);
    seen = new SeenEvents(store, horizon);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** As a task that starts on a store that is there already. */
  private void start() {
    seen = new SeenEvents(store, HORIZON);
  }

  @Test
  void whatAnEarlierTaskSawIsSeen() {
    assertThat(seen.contains("a", 0)).isFalse();
    assertThat(seen.contains("b", MILLIS)).isFalse();
    start();
    assertThat(seen.contains("a", MILLIS)).isTrue();
    assertThat(seen.contains("b", 2 * MILLIS)).isTrue();
    assertThat(seen.contains("a", MILLIS + 1)).isFalse();
  }

  /** Many windows of a short horizon lie in one of the store's segments, which last a minute. */
  @Test
  void aShortHorizonOutlivesARestartToo() {
    Duration horizon = Duration.ofSeconds(5);
    store.close();
    open(horizon);
    for (int window = 0; window < 12; window++) {
      assertThat(seen.contains("id" + window, window * 5_000L)).isFalse();
    }
    seen = new SeenEvents(store, horizon);

    for (int window = 11; window >= 9; window--) {
      assertThat(seen.contains("id" + window, window * 5_000L)).as("window %d", window).isTrue();
    }
  }

  @Test
  void restartsChangeNothing() {
    long seed = Long.getLong("leat.test.seed", System.nanoTime());
    System.out.println("seed " + seed + "; -Dleat.test.seed repeats it");
    Random random = new Random(seed);
    Map<String, List<Long>> passed = new HashMap<>();
    int duplicates = 0;
    long time = 1_700_000_000_000L;
    for (int i = 0; i < 20_000; i++) {
      time += random.nextInt((int) MILLIS / 20);
      long at = time - random.nextInt((int) MILLIS * 3 / 2); // late by less than what is kept
      String id = "id" + random.nextInt(60);
      if (random.nextInt(500) == 0) {
        start();
      }
      List<Long> before = passed.computeIfAbsent(id, key -> new ArrayList<>());
      boolean expected = before.stream().anyMatch(b -> Math.abs(b - at) <= MILLIS);

      assertThat(seen.contains(id, at)).as("%s at %d", id, at).isEqualTo(expected);

      if (expected) {
        duplicates++;
      } else {
        before.add(at);
      }
    }
    assertThat(duplicates).isBetween(2_000, 18_000);
  }

  @Test
  void theFilterDeniesNoIdAndFewOthers() {
    IdFilter filter = new IdFilter();
    int ids = 300_000;
    IntStream.range(0, ids).forEach(i -> filter.add(IdFilter.hash("payment-" + i)));

    assertThat(
            IntStream.range(0, ids)
                .filter(i -> !filter.mayHold(IdFilter.hash("payment-" + i)))
                .count())
        .isZero();
    long wrong =
        IntStream.range(ids, 2 * ids)
            .filter(i -> filter.mayHold(IdFilter.hash("payment-" + i)))
            .count();
    assertThat(wrong).isLessThan(ids / 33);
  }
}

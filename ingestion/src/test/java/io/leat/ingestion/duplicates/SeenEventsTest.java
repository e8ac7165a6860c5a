package io.leat.ingestion.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.testing.soak.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenEventsTest {
  private static final Duration HORIZON = Duration.ofMinutes(10);
  private static final long MILLIS = HORIZON.toMillis();

  @TempDir private Path directory;

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
    seen = SeenEvents.store("seen", horizon).withLoggingDisabled().build();
    seen.init(
        new MockProcessorContext<>(settings, new TaskId(0, 0), directory.toFile())
            .getStateStoreContext(),
        seen);
  }

  @AfterEach
  void close() {
    seen.close();
  }

  /** As a task that commits, ends, and starts again on what it left. */
  private void restart() {
    seen.flushCache();
    seen.clearCache();
  }

  @Test
  void whatAnEarlierTaskSawIsSeen() {
    assertThat(seen.contains("a", 0)).isFalse();
    assertThat(seen.contains("b", MILLIS)).isFalse();
    restart();
    assertThat(seen.contains("a", MILLIS)).isTrue();
    assertThat(seen.contains("b", 2 * MILLIS)).isTrue();
    assertThat(seen.contains("a", MILLIS + 1)).isFalse();
  }

  /** Many windows of a short horizon lie in one of the store's segments, which last a minute. */
  @Test
  void aShortHorizonOutlivesARestartToo() {
    Duration horizon = Duration.ofSeconds(5);
    seen.close();
    open(horizon);
    for (int window = 0; window < 12; window++) {
      assertThat(seen.contains("id" + window, window * 5_000L)).isFalse();
    }
    restart();

    for (int window = 11; window >= 9; window--) {
      assertThat(seen.contains("id" + window, window * 5_000L)).as("window %d", window).isTrue();
    }
  }

  @Test
  void restartsChangeNothing() {
    Random random = new Random(Soak.seed());
    Map<String, List<Long>> passed = new HashMap<>();
    int duplicates = 0;
    long time = 1_700_000_000_000L;
    for (int i = 0; i < 20_000; i++) {
      time += random.nextInt((int) MILLIS / 20);
      long at = time - random.nextInt((int) MILLIS * 3 / 2); // late by less than what is kept
      String id = "id" + random.nextInt(60);
      if (random.nextInt(500) == 0) {
        restart();
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
  void whatWasNotCommittedIsForgotten() {
    assertThat(seen.contains("a", 0)).isFalse();
    restart();
    assertThat(seen.contains("b", 0)).isFalse();
    seen.clearCache(); // without a commit

    assertThat(seen.contains("a", 0)).isTrue();
    assertThat(seen.contains("b", 0)).isFalse();
  }

  /** So many that they leave memory, some of them while they are not committed. */
  @Test
  void manyIdsOfAWindowAreAllSeen() {
    int ids = 3 * SeenWindow.MOST_RECENT + 1_000;
    for (int i = 0; i < ids; i++) {
      assertThat(seen.contains("id" + i, i % MILLIS)).isFalse();
      if (i % 50_000 == 0) {
        restart();
      }
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < ids; i += 7) {
        long within = i % MILLIS - MILLIS + i % 3 * MILLIS; // horizons before, at and behind
        assertThat(seen.contains("id" + i, within)).as("id%d at %d", i, within).isTrue();
      }
      restart();
    }
    assertThat(seen.contains("id0", MILLIS)).isTrue();
    assertThat(seen.contains("id0", MILLIS + 1)).isFalse();
    assertThat(seen.contains("id" + ids, 0)).isFalse();
  }

  /** Beyond the filter's room ids are kept one by one. */
  @Test
  void idsThatTheFilterHasNoRoomForAreSeenToo() {
    IdHash.Hasher hasher = new IdHash.Hasher();
    SeenWindow window = new SeenWindow(seen.wrapped(), 0, SeenWindow.MOST_RECENT);
    int ids = SeenWindow.MOST_RECENT + 500;
    for (int i = 0; i < ids; i++) {
      assertThat(window.holds(hasher.hash("id" + i), 0, 9)).isFalse();
      window.add(hasher.hash("id" + i), i % 10);
    }
    window.save();

    for (SeenWindow now :
        List.of(window, new SeenWindow(seen.wrapped(), 0, SeenWindow.MOST_RECENT))) {
      for (int i = 0; i < ids; i += 50) {
        assertThat(now.holds(hasher.hash("id" + i), i % 10, 9)).as("id%d", i).isTrue();
        assertThat(now.holds(hasher.hash("id" + i), i % 10 + 1, 9)).as("id%d", i).isFalse();
      }
      assertThat(now.holds(hasher.hash("id" + ids), 0, 9)).isFalse();
    }
  }

  /** What is left of batches from before a move is not taken for recent ids. */
  @Test
  void batchesFromBeforeAMoveMeanNothing() {
    for (int i = 0; i < SeenWindow.MOST_RECENT - 1; i++) {
      seen.contains("id" + i, 0);
      if (i % 100 == 0) {
        seen.flushCache();
      }
    }
    seen.contains("the last before the move", 0);
    seen.contains("the first after it", 0);
    restart();

    List<String> records = records();
    assertThat(records).hasSizeGreaterThan(1_024 + 600); // the buckets, and batches
    assertThat(seen.contains("id7", 0)).isTrue();
    assertThat(seen.contains("the first after it", 0)).isTrue();
  }

  /** The digits in the middle are the first 16 bytes of SHA-256 of "a" and of "b". */
  @Test
  void theLayoutOfRecentIdsIsTheDocumentedOne() {
    seen.contains("a", 7);
    seen.flushCache();
    seen.contains("b", 8);
    seen.contains("b", -1); // another event of the window before, but a duplicate
    seen.flushCache();

    assertThat(records())
        .containsExactly(
            "00000000000000 = 00000000ca978112ca1bbdcafac231b39a23dc4d0000000000000007",
            "00000000000001 = 000000003e23e8160039594a33894f6564e1b1340000000000000008");
  }

  @Test
  void theLayoutOfOlderIdsIsTheDocumentedOne() {
    for (int i = 0; i < SeenWindow.MOST_RECENT - 1; i++) {
      seen.contains("id" + i, 7);
    }
    seen.contains("a", 8);

    assertThat(records()).hasSize(1 + 1_024).contains("00000000000000 = 00000001");
    assertThat(records())
        .filteredOn(record -> record.startsWith("01032a00000000 = ")) // ca97 >> 6
        .hasSize(1)
        .allMatch(record -> record.endsWith("ca978112ca1bbdcafac231b39a23dc4d0000000000000008"));
  }

  private List<String> records() {
    List<String> records = new ArrayList<>();
    try (KeyValueIterator<Windowed<byte[]>, byte[]> stored = seen.wrapped().all()) {
      HexFormat hex = HexFormat.of();
      stored.forEachRemaining(
          record ->
              records.add(hex.formatHex(record.key.key()) + " = " + hex.formatHex(record.value)));
    }
    return records;
  }

  @Test
  void theFilterDeniesNoIdAndFewOthers() {
    IdFilter filter = new IdFilter(5 << 16);
    IdHash.Hasher hasher = new IdHash.Hasher();
    int ids = 300_000;
    IntStream.range(0, ids).forEach(i -> filter.add(hasher.hash("payment-" + i)));

    assertThat(
            IntStream.range(0, ids)
                .filter(i -> !filter.mayHold(hasher.hash("payment-" + i)))
                .count())
        .isZero();
    long wrong =
        IntStream.range(ids, 2 * ids)
            .filter(i -> filter.mayHold(hasher.hash("payment-" + i)))
            .count();
    System.out.printf("%d of %d wrong%n", wrong, ids);
    assertThat(wrong).isLessThan(ids / 500);
  }
}

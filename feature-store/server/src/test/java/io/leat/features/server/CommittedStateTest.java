package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Depth;
import io.leat.features.server.CommittedState.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class CommittedStateTest {
  private static final TopicPartition LOG = new TopicPartition("log", 3);
  private static final Uuid TOPIC = Uuid.randomUuid();

  @TempDir Path folder;

  @Test
  void stateAndOffsetsOutliveAClosing() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1")), List.of(new Position(LOG, TOPIC, 42)));
    }

    try (CommittedState state = open("a")) {
      assertThat(get(state, "a", "k")).isEqualTo("1");
      assertThat(state.position(LOG, TOPIC)).map(Position::nextOffset).contains(42L);
    }
  }

  @Test
  void thePlaceInTheLogIsKeptWithItsLeaderEpochWhereThatIsKnown() {
    TopicPartition other = new TopicPartition("log", 4);
    try (CommittedState state = open("a")) {
      state.apply(
          List.of(),
          List.of(
              new Position(LOG, TOPIC, 42, Optional.of(7)),
              new Position(other, TOPIC, 43, Optional.empty())));
    }

    try (CommittedState state = open("a")) {
      assertThat(state.position(LOG, TOPIC).orElseThrow().next())
          .isEqualTo(new OffsetAndMetadata(42, Optional.of(7), ""));
      assertThat(state.position(other, TOPIC).orElseThrow().next())
          .isEqualTo(new OffsetAndMetadata(43));
    }
  }

  @Test
  void changesAreTakenInOrder() {
    try (CommittedState state = open("a")) {
      state.apply(
          List.of(
              put("a", "k", "1"),
              new Change("a", bytes("k"), null),
              put("a", "k", "2"),
              put("a", "gone", "3"),
              new Change("a", bytes("gone"), null)),
          List.of());

      assertThat(get(state, "a", "k")).isEqualTo("2");
      assertThat(get(state, "a", "gone")).isNull();
    }
  }

  @Test
  void partsOfTransactionsAreReportedApartUntilTheyAreWhole() {
    try (CommittedState state = open("a")) {
      assertThat(state.isWhole()).isTrue();
      state.applyPart(List.of(put("a", "k", "1")), List.of());
      assertThat(state.isWhole()).isFalse();
    }

    try (CommittedState state = open("a")) {
      assertThat(state.isWhole()).isFalse();
      CommittedState.View before = state.view(Depth.DISK);
      state.apply(List.of(put("a", "l", "2")), List.of());
      assertThat(state.isWhole()).isTrue();
      assertThat(before.isWhole()).isFalse();
      before.close();
    }
  }

  @Test
  void aSmallBudgetHasSmallerTables() {
    assertThat(StateFiles.buckets(256L << 20, 2)).isEqualTo(1 << 16);
    assertThat(StateFiles.buckets(16L << 20, 5)).isEqualTo(1 << 14);
    assertThat(StateFiles.buckets(1, 100)).isEqualTo(1 << 8);
  }

  @Test
  void theOffsetOfAnotherTopicOfTheSameNameDoesNotCount() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(), List.of(new Position(LOG, TOPIC, 42)));

      assertThat(state.position(LOG, Uuid.randomUuid())).isEmpty();
      assertThat(state.knows(LOG)).isTrue();
      assertThat(state.knows(new TopicPartition("log", 4))).isFalse();
    }
  }

  @Test
  void clearingEmptiesOneStoreAndForgetsItsOffsets() {
    TopicPartition longer = new TopicPartition("log-b", 3);
    try (CommittedState state = open("a", "b")) {
      state.apply(
          List.of(put("a", "k", "1"), put("a", "\uD83D\uDCB6", "2"), put("b", "k", "3")),
          List.of(new Position(LOG, TOPIC, 42), new Position(longer, TOPIC, 43)));

      state.clear("a", "log");

      assertThat(get(state, "a", "k")).isNull();
      assertThat(get(state, "a", "\uD83D\uDCB6")).isNull();
      assertThat(get(state, "b", "k")).isEqualTo("3");
      assertThat(state.knows(LOG)).isFalse();
      assertThat(state.position(longer, TOPIC)).map(Position::nextOffset).contains(43L);
      assertThat(state.isWhole()).isFalse();
      state.apply(List.of(), List.of());
      assertThat(state.isWhole()).isTrue();
    }
  }

  @Test
  void whatWasReadOutOfFilesBeforeIsNotReadAgainWhenItHasChangedOrItsStoreWasCleared() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1"), put("a", "l", "2"), put("a", "m", "3")), List.of());
    }
    try (CommittedState state = open("a")) { // opening has put it into a file
      List<byte[]> names = List.of(bytes("k"), bytes("l"), bytes("m"));
      assertThat(texts(state, names)).containsExactly("1", "2", "3");
      state.apply(List.of(put("a", "k", "4"), new Change("a", bytes("l"), null)), List.of());
      assertThat(texts(state, names)).containsExactly("4", null, "3");

      state.clear("a", "log");

      assertThat(texts(state, names)).containsOnlyNulls();
      state.apply(List.of(put("a", "k", "5")), List.of());
      assertThat(texts(state, names)).containsExactly("5", null, null);
    }
    try (CommittedState state = open("a")) {
      assertThat(get(state, "a", "k")).isEqualTo("5");
      assertThat(get(state, "a", "m")).isNull();
    }
  }

  private static List<@Nullable String> texts(CommittedState state, List<byte[]> names) {
    try (CommittedState.View view = state.view(Depth.DISK)) {
      return view.getAll("a", names).stream()
          .map(value -> value == null ? null : new String(value, UTF_8))
          .toList();
    }
  }

  @Test
  void aStoreThatIsNoLongerNamedIsRemoved() {
    try (CommittedState state = open("a", "b")) {
      state.apply(List.of(put("a", "k", "1"), put("b", "k", "2")), List.of());
    }
    try (CommittedState state = open("b")) {
      assertThat(get(state, "b", "k")).isEqualTo("2");
    }
    try (CommittedState state = open("a", "b")) {
      assertThat(get(state, "a", "k")).isNull();
      assertThat(get(state, "b", "k")).isEqualTo("2");
    }
  }

  @Test
  void twoServersDoNotShareAFolder() {
    try (CommittedState first = open("a")) {
      assertThat(first.knows(LOG)).isFalse();
      assertThatThrownBy(() -> open("a"))
          .isInstanceOf(LeatException.class)
          .hasMessageEndingWith(
              "another process holds it. Give each server a folder of its own with --state-dir.");
    }
  }

  @Test
  void readsManyKeysAtOnce() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1"), put("a", "l", "2")), List.of());

      for (Depth depth : Depth.values()) {
        try (CommittedState.View view = state.view(depth)) {
          assertThat(view.getAll("a", Arrays.asList(bytes("l"), null, bytes("gone"), bytes("k"))))
              .containsExactly(bytes("2"), null, null, bytes("1"));
          assertThat(view.getAll("a", Collections.singletonList(null)))
              .containsExactly((byte[]) null);
          assertThat(view.getAll("a", List.of())).isEmpty();
        }
      }
    }
  }

  @Test
  void aViewDoesNotSeeWhatComesLater() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1")), List.of());
      try (CommittedState.View view = state.view(Depth.DISK)) {
        state.apply(List.of(put("a", "k", "2"), put("a", "l", "3")), List.of());

        assertThat(view.get("a", bytes("k"))).isEqualTo(bytes("1"));
        assertThat(view.getAll("a", List.of(bytes("l"), bytes("k"))))
            .containsExactly(null, bytes("1"));
      }
      assertThat(get(state, "a", "k")).isEqualTo("2");
    }
  }

  @Test
  void remembersWhenAStoreWasLevel() {
    try (CommittedState state = open("a")) {
      assertThat(state.level("log")).isEmpty();
      state.setLevel("log", 1_234);
    }
    try (CommittedState state = open("a")) {
      assertThat(state.level("log")).hasValue(1_234);
      state.clear("a", "log");
      assertThat(state.level("log")).isEmpty();
    }
  }

  @Test
  void isBegunAgainWhereItsFilesCannotBeOpened() throws IOException {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1")), List.of(new Position(LOG, TOPIC, 42)));
    }
    Files.writeString(file("MANIFEST-"), "nonsense");

    try (CommittedState state = open("a")) {
      assertThat(get(state, "a", "k")).isNull();
      assertThat(state.knows(LOG)).isFalse();
      state.apply(List.of(put("a", "k", "2")), List.of());
    }
    try (CommittedState state = open("a")) {
      assertThat(get(state, "a", "k")).isEqualTo("2");
    }
  }

  @Test
  void isBegunAgainAfterAReadFoundDamage() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    try (CommittedState state = open("a")) {
      for (int i = 0; i < 100; i++) { // more than the write buffers hold
        state.apply(
            List.of(new Change("a", bytes("k" + i), noise)), List.of(new Position(LOG, TOPIC, i)));
      }
    }
    try (FileChannel table = FileChannel.open(file(".sst"), StandardOpenOption.WRITE)) {
      table.write(ByteBuffer.allocate(50_000), 1_000);
    }

    try (CommittedState state = open("a")) {
      assertThatThrownBy(
              () -> {
                readAll(state, IntStream.range(0, 100).mapToObj(i -> bytes("k" + i)).toList());
              })
          .isInstanceOf(LeatException.class)
          .hasMessageContaining(folder + ": its files are damaged (")
          .hasMessageEndingWith("Start the server again: it reads them again from the changelogs.");
      assertThat(state.damage()).isPresent();
    }
    try (CommittedState state = open("a")) {
      assertThat(get(state, "a", "k99")).isNull();
      assertThat(state.knows(LOG)).isFalse();
    }
    try (CommittedState state = open("a")) {
      assertThat(state.damage()).isEmpty();
    }
  }

  @Test
  void isBegunAgainWhereItIsOfAnotherFormat() throws RocksDBException {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1")), List.of(new Position(LOG, TOPIC, 42)));
    }
    try (StateFiles files = new StateFiles(folder, List.of("a"), 8 << 20)) {
      files.database().put(bytes("format"), new byte[] {99});
    }

    try (CommittedState state = open("a")) {
      assertThat(get(state, "a", "k")).isNull();
      assertThat(state.knows(LOG)).isFalse();
    }
  }

  @Test
  void saysThatTheDiskIsFull() {
    try (StateFiles files = new StateFiles(folder, List.of("a"), 8 << 20)) {
      assertThat(
              files.failed(
                  "write",
                  new RocksDBException(
                      "No space left on device",
                      new Status(Status.Code.IOError, Status.SubCode.NoSpace, ""))))
          .hasMessage(
              "Cannot write the feature server's state in %s: the disk is full. Make room, or give a folder on another disk with --state-dir, and start the server again."
                  .formatted(folder));
    }
  }

  /** The largest file whose name has a part. */
  private Path file(String part) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().contains(part))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private CommittedState open(String... stores) {
    return new CommittedState(folder, List.of(stores), 8 << 20);
  }

  private static Change put(String store, String key, String value) {
    return new Change(store, bytes(key), bytes(value));
  }

  private static @Nullable String get(CommittedState state, String store, String key) {
    try (CommittedState.View view = state.view(Depth.DISK)) {
      byte[] value = view.get(store, bytes(key));
      return value == null ? null : new String(value, UTF_8);
    }
  }

  private static void readAll(CommittedState state, List<byte[]> keys) {
    try (CommittedState.View view = state.view(Depth.DISK)) {
      view.getAll("a", keys);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
      assertThat(state.nextOffset(LOG, TOPIC)).isEqualTo(OptionalLong.of(42));
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
  void theOffsetOfAnotherTopicOfTheSameNameDoesNotCount() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(), List.of(new Position(LOG, TOPIC, 42)));

      assertThat(state.nextOffset(LOG, Uuid.randomUuid())).isEmpty();
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
      assertThat(state.nextOffset(longer, TOPIC)).isEqualTo(OptionalLong.of(43));
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
  void aViewDoesNotSeeWhatComesLater() {
    try (CommittedState state = open("a")) {
      state.apply(List.of(put("a", "k", "1")), List.of());
      try (CommittedState.View view = state.view()) {
        state.apply(List.of(put("a", "k", "2")), List.of());

        assertThat(view.get("a", bytes("k"))).isEqualTo(bytes("1"));
      }
      assertThat(get(state, "a", "k")).isEqualTo("2");
    }
  }

  @Test
  void twoServersDoNotShareAFolder() {
    try (CommittedState first = open("a")) {
      assertThat(first.knows(LOG)).isFalse();
      assertThatThrownBy(() -> open("a"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Is another feature server running on it?");
    }
  }

  private CommittedState open(String... stores) {
    return new CommittedState(folder, List.of(stores), 8 << 20);
  }

  private static Change put(String store, String key, String value) {
    return new Change(store, bytes(key), bytes(value));
  }

  private static @Nullable String get(CommittedState state, String store, String key) {
    try (CommittedState.View view = state.view()) {
      byte[] value = view.get(store, bytes(key));
      return value == null ? null : new String(value, UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

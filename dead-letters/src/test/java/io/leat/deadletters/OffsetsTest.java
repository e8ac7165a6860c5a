package io.leat.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetsTest {
  @Test
  void neighboursAreWrittenAsRanges() {
    List<DeadLetterPosition> positions =
        List.of(
            new DeadLetterPosition(1, 3),
            new DeadLetterPosition(0, 9),
            new DeadLetterPosition(0, 7),
            new DeadLetterPosition(0, 8),
            new DeadLetterPosition(0, 12));

    assertThat(Offsets.format(positions)).isEqualTo("0:7-9,12 1:3");
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Random random = new Random(7);
    for (int round = 0; round < 100; round++) {
      TreeSet<Long> offsets = new TreeSet<>();
      long base = random.nextLong(1L << 40);
      for (int i = 0; i < 50; i++) {
        offsets.add(base + random.nextInt(100));
      }
      List<DeadLetterPosition> positions =
          offsets.stream().map(offset -> new DeadLetterPosition(3, offset)).toList();

      Offsets read = new Offsets();
      read.addAll(Offsets.format(positions));

      for (long offset = base; offset < base + 100; offset++) {
        assertThat(read.contains(new DeadLetterPosition(3, offset)))
            .isEqualTo(offsets.contains(offset));
        assertThat(read.contains(new DeadLetterPosition(2, offset))).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0:", "0:a", "0:1,,2", "x:1", "0:1-"})
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> new Offsets().addAll(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0/", "/1", "0/1-0", "0/1-x", "a/1", "0/1/2"})
  void wrongRangesAreRefusedWithASentence(String text) {
    assertThatThrownBy(() -> DeadLetterRange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("'.*' (is no position of a dead letter|ends before it begins).*");
  }
}

package io.leat.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunLimitTest {
  private static final Duration LIMIT = Duration.ofHours(1);

  @Test
  void aRunThatCannotBeEndedKeepsNoOtherFromIt() {
    RunLimit without = new RunLimit(LIMIT);
    without.close(); // ONNX Runtime refuses what is asked of options that are closed
    try (RunLimit other = new RunLimit(LIMIT)) {
      without.begin();
      other.begin();
      long now = System.nanoTime();
      List<RunLimit> both = List.of(without, other);

      RunLimit.look(both, now);
      RunLimit.look(both, now + LIMIT.toNanos() + 1);

      assertThat(other.end()).isTrue();
      assertThat(without.end()).as("it was not told to end").isFalse();
    }
  }
}

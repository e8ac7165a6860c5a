package io.leat.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leat.pipeline.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryTrialTest {
  private static final int RUNS = 2_000;

  /** Four times as much as is allowed, all runs together. */
  private static final int KEPT_BYTES = 840;

  @BeforeEach
  void theSystemTells() {
    assumeTrue(
        Files.exists(Path.of("/proc/self/status")),
        "skipped: this system tells no process its memory");
  }

  @Test
  void runsThatKeepNativeMemoryAreSeen() {
    List<ByteBuffer> kept = new ArrayList<>();
    MemoryTrial trial = new MemoryTrial();
    for (int round = 0; round < MemoryTrial.ROUNDS; round++) {
      for (int run = 0; run < RUNS; run++) {
        kept.add(ByteBuffer.allocateDirect(KEPT_BYTES)); // zeroed, so touched
      }
      trial.endRound();
    }

    assertThat(trial.kept().orElseThrow()).isGreaterThan(2 * MemoryTrial.MOST_KIBIBYTES);
    assertThatThrownBy(() -> trial.check(kept.size()))
        .isInstanceOf(ModelException.class)
        .hasMessageMatching(
            "10000 runs of the model keep \\d+ KiB of native memory.* expected at most 2048 KiB.*");
  }

  @Test
  void whatIsLeftToTheHeapIsNot() {
    List<byte[]> garbage = new ArrayList<>();
    MemoryTrial trial = new MemoryTrial();
    for (int round = 0; round < MemoryTrial.ROUNDS; round++) {
      for (int run = 0; run < RUNS; run++) {
        garbage.add(new byte[KEPT_BYTES]);
      }
      assertThat(garbage).hasSize(RUNS);
      garbage.clear();
      trial.endRound();
    }

    assertThat(trial.kept().orElseThrow()).isLessThan(MemoryTrial.MOST_KIBIBYTES);
  }

  @Test
  void whatGrowsInAFewRoundsIsTheProcesssOwn() {
    List<ByteBuffer> kept = new ArrayList<>();
    MemoryTrial trial = new MemoryTrial();
    for (int round = 0; round < MemoryTrial.ROUNDS; round++) {
      if (round < 2) {
        kept.add(ByteBuffer.allocateDirect(32 << 20));
      }
      trial.endRound();
    }

    assertThat(kept).hasSize(2);
    trial.check(RUNS);
  }
}

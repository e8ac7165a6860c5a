package io.leat.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartProgressTest {
  private static final Duration BOUND = Duration.ofSeconds(100);

  private final StartProgress progress = new StartProgress(BOUND, Duration.ZERO);

  @Test
  void processThatShowsNothingNewIsStalledAfterTheBound() {
    for (int second = 0; second <= 100; second++) {
      look(second, 0, "2026-01-01 00:00:%02d WARN broker 1 is not there".formatted(second), "x");
    }

    assertThat(progress.isStalled(seconds(99))).isFalse();
    assertThat(progress.isStalled(seconds(100))).isTrue();
  }

  @Test
  void newLinesOfTheLogAreProgressHoweverLongItTakes() {
    for (int second = 0; second <= 10_000; second += 50) {
      look(second, 0, "loads part " + "i".repeat(second / 50), "x");
      assertThat(progress.isStalled(seconds(second))).isFalse();
    }
  }

  @Test
  void aPartLessThatIsMissingIsProgress() {
    look(0, 0, "", "ingestion, features");
    look(90, 0, "", "features");

    assertThat(progress.isStalled(seconds(189))).isFalse();
    assertThat(progress.isStalled(seconds(190))).isTrue();
  }

  @Test
  void processorTimeOfAProcessThatWorksIsProgressAndThatOfAnIdleOneIsNot() {
    for (int second = 0; second <= 1_000; second++) {
      look(second, second * 0.1, "", "x");
      assertThat(progress.isStalled(seconds(second))).isFalse();
    }
    for (int second = 1_001; second <= 1_200; second++) {
      look(second, 100 + (second - 1_000) * 0.01, "", "x");
    }

    assertThat(progress.isStalled(seconds(1_200))).isTrue();
    assertThat(progress.waited(seconds(1_200))).isEqualTo(seconds(1_200));
  }

  private void look(int second, double cpuSeconds, String line, String missing) {
    progress.look(
        seconds(second),
        new StartProgress.Signs(Duration.ofMillis((long) (cpuSeconds * 1_000)), line, missing));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}

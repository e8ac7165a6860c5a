package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestartsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void pausesGrowAndAfterSixRestartsInARowItIsGivenUp() {
    Restarts restarts = Restarts.few();

    List<Optional<Duration>> pauses = new ArrayList<>();
    for (int end = 0; end < 7; end++) {
      pauses.add(restarts.ended(Optional.of(NOW), NOW.plusSeconds(10)));
    }

    assertThat(pauses)
        .containsExactly(
            seconds(1),
            seconds(2),
            seconds(4),
            seconds(8),
            seconds(16),
            seconds(30),
            Optional.empty());
  }

  @Test
  void aProcessThatRanForLongBeginsFromTheStart() {
    Restarts restarts = Restarts.few();
    for (int end = 0; end < 5; end++) {
      restarts.ended(Optional.empty(), NOW);
    }

    assertThat(restarts.ended(Optional.of(NOW), NOW.plus(Duration.ofMinutes(5))))
        .isEqualTo(seconds(1));
    assertThat(restarts.row()).isEqualTo(1);
  }

  @Test
  void whatThePlatformCanDoWithoutIsStartedAgainForEver() {
    Restarts restarts = Restarts.endless();

    Optional<Duration> last = Optional.empty();
    for (int end = 0; end < 1_000; end++) {
      last = restarts.ended(Optional.empty(), NOW);
    }

    assertThat(last).contains(Duration.ofMinutes(10));
  }

  private static Optional<Duration> seconds(int seconds) {
    return Optional.of(Duration.ofSeconds(seconds));
  }
}

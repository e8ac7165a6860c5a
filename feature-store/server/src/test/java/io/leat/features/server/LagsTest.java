package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LagsTest {
  private final AtomicLong now = new AtomicLong(1_000);
  private final Lags lags = new Lags(List.of("a", "b"), new SimpleMeterRegistry(), now::get);

  @Test
  void aStoreIsWaitedForUntilItWasLevelOnce() {
    assertThat(lags.measured(Map.of("a", 0L, "b", 3L), 1_000))
        .contains("catching up with b (3 records to go)");
    assertThat(lags.of("b")).isEmpty();
    assertThat(lags.wereLevel()).isFalse();

    assertThat(lags.measured(Map.of("a", 2L, "b", 0L), 1_500)).isEmpty();
    assertThat(lags.wereLevel()).isTrue();
    now.set(1_600);
    assertThat(lags.of("a")).contains(new Lag(2, 600));
    assertThat(lags.of("b")).contains(new Lag(0, 100));
  }

  @Test
  void aStoreOfWhichNothingIsKnownIsWaitedForOrGrowsOlder() {
    assertThat(lags.measured(Map.of("a", 0L), 1_000))
        .contains(
            "catching up with b (how far to go is not known: some partition of its changelog has no leader, or does not answer)");
    lags.measured(Map.of("a", 0L, "b", 0L), 1_500);

    assertThat(lags.measured(Map.of("a", 0L), 2_000)).isEmpty();
    now.set(2_000);
    assertThat(lags.of("a")).contains(new Lag(0, 0));
    assertThat(lags.of("b")).contains(new Lag(0, 500));
  }

  @Test
  void aStoreThatIsReadAgainIsWaitedForAgain() {
    lags.measured(Map.of("a", 0L, "b", 0L), 1_000);

    lags.forget("a");

    assertThat(lags.of("a")).isEmpty();
    assertThat(lags.measured(Map.of("a", 9L, "b", 0L), 1_500))
        .contains("catching up with a (9 records to go)");
  }
}

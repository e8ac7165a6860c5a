package io.leat.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
  @ParameterizedTest
  @CsvSource({
    "200/s, 0, 0",
    "200/s, 1, 5",
    "200/s, 200, 1000",
    "200, 200, 1000",
    "0.5/s, 3, 6000",
  })
  void aRateSpacesEventsEvenlyWhateverTheirTimes(String text, long number, long dueMillis) {
    assertThat(Pace.Rate.parse(text).dueNanos(number, 77, 5)).hasValue(dueMillis * 1_000_000);
  }

  @ParameterizedTest
  @CsvSource({
    "1x, 1000, 1000",
    "100x, 60000, 600",
    "0.5x, 1000, 2000",
    "100x, 0, 0",
    "100x, -60000, 0", // it happened before the first
  })
  void aSpeedSpacesEventsAsTheyHappened(String text, long afterFirstMillis, long dueMillis) {
    long first = 1_700_000_000_000L;
    assertThat(Pace.Speed.parse(text).dueNanos(9, first + afterFirstMillis, first))
        .hasValue(dueMillis * 1_000_000);
  }

  @Test
  void theFastestPaceNeverWaits() {
    assertThat(new Pace.Fastest().dueNanos(1_000, 1_000, 0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0/s", "-1/s", "fast", "10x", ""})
  void whatIsNoRateIsRefused(String text) {
    assertThatThrownBy(() -> Pace.Rate.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'%s' is no rate; expected events per second, as in 200/s", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x", "-1x", "100", "x", "10/s"})
  void whatIsNoSpeedIsRefused(String text) {
    assertThatThrownBy(() -> Pace.Speed.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'%s' is no speed; expected a factor, as in 100x", text);
  }
}

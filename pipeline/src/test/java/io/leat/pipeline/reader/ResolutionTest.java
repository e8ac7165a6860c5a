package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Durations;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResolutionTest {
  @ParameterizedTest
  @CsvSource({
    "1h,            0s,    1s",
    "30s,           0s,    1s",
    "500ms,         0s,    1ms",
    "61m,           0s,    1m",
    "1d,            0s,    1m",
    "25h,           0s,    1h",
    "7d 30d,        0s,    1h",
    "1d 7d 30d,     0s,    1m",
    "1h 30d,        0s,    1s",
    "2d,            90m,   1m",
    "2d,            90s,   1s",
    "2d 2881m,      0s,    1m",
    "2d,            1ms,   1ms",
  })
  void theShortestWindowDecidesUnlessSomethingIsNoMultiple(
      String windows, String offset, String resolution) {
    List<Duration> durations = Stream.of(windows.split(" ")).map(Durations::parse).toList();

    assertThat(Durations.format(Resolution.byDefault(durations, Durations.parse(offset))))
        .isEqualTo(resolution);
  }
}

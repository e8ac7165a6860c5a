package io.leat.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  @ParameterizedTest
  @CsvSource({
    "2018-04-08, 2018-04-08T00:00:00Z",
    "2018-04-08T12:00:00, 2018-04-08T12:00:00Z",
    "2018-04-08 12:00:00.250, 2018-04-08T12:00:00.250Z",
    "2018-04-08T12:00:00Z, 2018-04-08T12:00:00Z",
    "2018-04-08T12:00:00+05:00, 2018-04-08T07:00:00Z",
    "2018-04-08T12:00:00-05:00, 2018-04-08T17:00:00Z",
    "2018-04-08 12:00-05:00, 2018-04-08T17:00:00Z",
  })
  void aTimeIsReadWithItsOffsetOrInUtc(String text, Instant expected) {
    assertThat(Times.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "noon", "2018-04-31", "08/04/2018", "2018-04-08T25:00:00"})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> Times.parse(text)).isInstanceOf(DateTimeException.class);
  }
}

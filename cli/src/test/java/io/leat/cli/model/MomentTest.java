package io.leat.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class MomentTest {
  private final Moment.Converter converter = new Moment.Converter();

  @Test
  void aTimeIsATimeAndAPositionAPosition() {
    assertThat(converter.convert("2026-11-01T12:00:00Z"))
        .isEqualTo(new Moment.Time(Instant.parse("2026-11-01T12:00:00Z")));
    assertThat(converter.convert("3:1500")).isEqualTo(new Moment.Position(3, 1500));
    assertThat(converter.convert("0:0")).hasToString("0:0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "3:", ":1500", "-1:0", "1:2:3", "9999999999:0"})
  void whatIsNeitherIsRefusedWithBoth(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is no time")
        .hasMessageContaining("3:1500 is offset 1500 of partition 3");
  }
}

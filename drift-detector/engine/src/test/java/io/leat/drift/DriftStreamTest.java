package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream and its text. */
class DriftStreamTest {
  @Test
  void aStreamOfAllVectorsIsItsColumn() {
    assertThat(DriftStream.of("event.amount")).hasToString("event.amount");
  }

  @ParameterizedTest
  @ValueSource(strings = {"country=AT", "country=", "a=[b]", "a=]", "a=b[c]d", "a=\n"})
  void aStreamOfASegmentIsReadAsItWasWritten(String segment) {
    DriftStream stream = DriftStream.of("event.amount", segment);

    assertThat(DriftStream.parse(stream.toString())).isEqualTo(stream);
    assertThat(stream).isNotEqualTo(DriftStream.of("event.amount"));
  }

  @Test
  void aColumnWithBracketsIsRefused() {
    assertThatThrownBy(() -> DriftStream.of("a[b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a column is called 'a[b'");
  }
}

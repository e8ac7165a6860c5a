package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPositionsTest {

  @Test
  void logPositionIsReadAsItWasWritten() {
    var position = LogPositions.parse("payments.valid/3/42");

    assertThat(position.getTopic()).isEqualTo("payments.valid");
    assertThat(position.getPartition()).isEqualTo(3);
    assertThat(position.getOffset()).isEqualTo(42);
    assertThat(LogPositions.format(position)).isEqualTo("payments.valid/3/42");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "payments",
        "payments/1",
        "payments/one/2",
        "payments/1/2/3",
        "/1/2",
        "payments//2",
        "payments/1/"
      })
  void anythingElseIsRefusedWithWhatWasExpected(String text) {
    assertThatThrownBy(() -> LogPositions.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a log position: '%s'; expected topic/partition/offset", text);
  }
}

package io.leat.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class LookupsTest {
  @Test
  void aKeyThatIsThereGivesItsValue() {
    assertThat(Lookups.required(Map.of("a", 1), "a")).isEqualTo(1);
  }

  @Test
  void aKeyThatIsNotThereIsNamedWithThoseThatAre() {
    assertThatThrownBy(() -> Lookups.required(Map.of("a", 1), "b"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("b is none of [a]");
  }
}

package io.leat.pipeline.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(((a{1,1000}){1,1000}){1,1000})",
        "((a{1000}){1000}){1000}",
        "(?:(?:[a-z]{1000}){1000}){1000}",
        "((a{1000}){1000}){1000",
        "\\Q[\\E((a{1000}){1000}){1000}]",
        "[)]((a{1000}){1000}){1000}",
        "([)]a{1000}){1000}{1000}",
        "(a|((b{1000}){1000,}){2})",
        "(\\pL{1000}){1000}",
        "(\\p{Greek}{1000}){1000}",
        "(\\x{10FFFF}{1000}){1000}",
        "(()){1000}{1000}{1000}",
      })
  @Timeout(5)
  void repetitionsOfRepetitionsAreRefusedBeforeTheyAreCompiled(String pattern) {
    assertThatThrownBy(() -> Patterns.compile(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pattern");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^[A-Z]{2}\\d{2}[A-Z0-9]{1,30}$",
        "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z",
        "([a-z]{1,63}\\.){1,10}[a-z]{2,63}",
        "a{1,500}",
        "[]a{1000}]{3}",
        "{a{b}",
        "\\Qa{1000}{1000}{1000}\\E",
      })
  void whatAnHonestRuleWritesIsCompiled(String pattern) {
    assertThat(Patterns.compile(pattern).programSize()).isLessThanOrEqualTo(Patterns.LARGEST);
  }

  @ParameterizedTest
  @ValueSource(ints = {4_001, 1_000_000})
  @Timeout(5)
  void aPatternIsAsLongAsAnExpressionAtMost(int length) {
    String brackets = "(".repeat(length);

    assertThatThrownBy(() -> Patterns.compile(brackets))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Patterns.compile("(".repeat(2_000) + ")".repeat(2_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("brackets in one another");
  }
}

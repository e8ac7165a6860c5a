package io.leat.stack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JvmProcessTest {
  @ParameterizedTest
  @ValueSource(ints = {17, 21})
  void javaThatDoesNotKnowAnOptionIsNotGivenIt(int version) {
    assertThat(JvmProcess.optionsOf(version)).isEmpty();
  }

  @Test
  void javaThatWarnsOfNativeCodeAndUnsafeIsReportedThatTheyAreMeant() {
    assertThat(JvmProcess.optionsOf(25))
        .containsExactly(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }
}

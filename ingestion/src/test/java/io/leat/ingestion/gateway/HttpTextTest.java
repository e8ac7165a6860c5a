package io.leat.ingestion.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTextTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "plain, plain",
        "C%3221, C221",
        "Euro%20%E2%82%AC%20%F0%9F%98%80, Euro € 😀",
        "%e2%82%ac, €",
        "%61%25%41, a%A",
        "%2541, %41",
        "100%, 100%",
        "%zz%4, %zz%4",
        "a+b, a+b",
        "\"a b\", a b",
        "\"a \\\"b\\\" %41\", a \"b\" A",
        "caf\u00c3\u00a9, café",
      })
  void aHeaderSaysWhatItStandsFor(String header, String text) {
    assertThat(HttpText.decoded("ce-subject", header)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%C0%A0", "%FF", "a%E2%82", "%ED%A0%80", "\u00e9"})
  void bytesThatAreNoUtf8AreRefused(String header) {
    assertThatThrownBy(() -> HttpText.decoded("ce-subject", header))
        .isInstanceOf(RequestException.class)
        .hasMessage("the header ce-subject stands for bytes that are no UTF-8");
  }
}

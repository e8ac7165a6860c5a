package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sasl.jaas.config",
        "ssl.key.password",
        "ssl.keystore.key",
        "s3.secret-access-key",
        "basic.auth.user.info",
        "TOKEN"
      })
  void aSettingThatIsNamedAsASecretIsHidden(String name) {
    assertThat(Secrets.shown(name, "opensesame")).isEqualTo("***");
  }

  @Test
  void everyOtherSettingIsShownWithoutCredentials() {
    assertThat(Secrets.shown("client.rack", "west")).isEqualTo("west");
    assertThat(Secrets.shown("uri", "http://bob:opensesame@host/x")).isEqualTo("http://***@host/x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://host/path               | http://host/path
          http://bob:pass@host/path      | http://***@host/path
          http://bob:p@ss@host           | http://***@host
          http://a:b@one,http://c:d@two  | http://***@one,http://***@two
          see http://a:b@one or bob@mail | see http://***@one or bob@mail
          """)
  void credentialsOfUrlsAreHidden(String text, String shown) {
    assertThat(Secrets.withoutCredentials(text)).isEqualTo(shown);
  }
}

package io.leat.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class AccessTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "localhost:6566, true",
    "127.0.0.1, true",
    "[::1]:7070, true",
    "evil.example:6566, false",
    "10.0.0.7, false",
  })
  void withoutKeysOnlyNamesOfThisMachineComeIn(String authority, boolean comesIn) {
    assertThat(Access.LOCAL.refusal(request(authority, null, null)).isEmpty()).isEqualTo(comesIn);
    assertThat(open().refusal(request(authority, null, null))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, Bearer secret, 0",
    "authorization, bearer  secret, 0",
    "x-api-key, secret, 0",
    "x-api-key, guess, 403",
    "authorization, Basic secret, 401",
    "accept, anything, 401",
  })
  void withKeysOneOfThemIsNeeded(String header, String value, int status) throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), "mill:" + ApiKeysTest.SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Access access = new Access(Optional.of(ApiKeys.read(file)), Optional.empty(), false);

    assertThat(
            access
                .refusal(request("anywhere.example", header, value))
                .map(refusal -> refusal.status().code())
                .orElse(0))
        .isEqualTo(status);
  }

  @Test
  void beyondThisMachineItTakesKeysOrAWord() {
    assertThatCode(() -> Access.LOCAL.check("127.0.0.1")).doesNotThrowAnyException();
    assertThatCode(() -> open().check("0.0.0.0")).doesNotThrowAnyException();
    assertThatThrownBy(() -> Access.LOCAL.check("0.0.0.0"))
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith(
            "Without API keys the endpoint opens on loopback alone, not on 0.0.0.0");
  }

  @Test
  void aCertificateComesWithItsKey() {
    AccessOptions options = new AccessOptions();
    new CommandLine(options).parseArgs("--tls-certificate=endpoint.crt");

    assertThatThrownBy(options::access)
        .isInstanceOf(LeatException.class)
        .hasMessage("--tls-certificate and --tls-key are given together.");
  }

  private static Access open() {
    return new Access(Optional.empty(), Optional.empty(), true);
  }

  private static RequestHeaders request(
      String authority, @Nullable String header, @Nullable String value) {
    RequestHeadersBuilder headers =
        RequestHeaders.builder(HttpMethod.POST, "/").authority(authority);
    if (header != null && value != null) {
      headers.add(header, value);
    }
    return headers.build();
  }
}

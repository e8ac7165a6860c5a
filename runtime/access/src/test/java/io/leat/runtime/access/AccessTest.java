package io.leat.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
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
    assertThat(answer(Access.LOCAL, request(authority, null, null)))
        .isEqualTo(comesIn ? "anonymous" : "403");
    assertThat(answer(open(), request(authority, null, null))).isEqualTo("anonymous");
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:7080, anonymous",
    "https://127.0.0.1, anonymous",
    "https://evil.example, 403",
    "http://localhost.evil.example, 403",
    "null, 403",
  })
  void withoutKeysNoOtherSitesPagesComeIn(String origin, String answer) {
    assertThat(answer(Access.LOCAL, request("localhost:7077", "origin", origin))).isEqualTo(answer);
    assertThat(answer(open(), request("localhost:7077", "origin", origin))).isEqualTo("anonymous");
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, Bearer secret, mill",
    "authorization, bearer  secret, mill",
    "x-api-key, secret, mill",
    "x-api-key, guess, 403",
    "authorization, Basic secret, 401",
    "accept, anything, 401",
  })
  void withKeysOneOfThemIsNeeded(String header, String value, String answer) throws IOException {
    assertThat(
            answer(keys("mill:" + ApiKeysTest.SECRET), request("anywhere.example", header, value)))
        .isEqualTo(answer);
  }

  @ParameterizedTest
  @CsvSource({"write-events, false", "'operate,read-features', true", "read-features, true"})
  void aKeyWithRolesMayDoWhatTheySayAlone(String roles, boolean mayRead) throws IOException {
    Access access = keys("mill:" + ApiKeysTest.SECRET + ":" + roles);
    ServiceRequestContext request = context(request("any.example", "x-api-key", "secret"));

    if (mayRead) {
      assertThatCode(() -> access.admit(request, Role.READ_FEATURES)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> access.admit(request, Role.READ_FEATURES))
          .isInstanceOfSatisfying(
              RefusedException.class, refused -> assertThat(refused.status().code()).isEqualTo(403))
          .hasMessage(
              "the API key of mill has the roles write-events, and this takes read-features");
    }
    assertThat(Principal.nameOf(request)).isEqualTo("mill");
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

  /** Name of the sender that was let in, or the status of the refusal. */
  private static String answer(Access access, HttpRequest request) {
    ServiceRequestContext context = context(request);
    try {
      String name = access.admit(context, Role.WRITE_EVENTS).name();
      assertThat(Principal.nameOf(context)).isEqualTo(name);
      return name;
    } catch (RefusedException e) {
      assertThat(Principal.nameOf(context)).isEqualTo("-");
      return String.valueOf(e.status().code());
    }
  }

  private static ServiceRequestContext context(HttpRequest request) {
    return ServiceRequestContext.of(request);
  }

  private Access keys(String line) throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), line);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return new Access(Optional.of(ApiKeys.read(file)), Optional.empty(), false);
  }

  private static Access open() {
    return new Access(Optional.empty(), Optional.empty(), true);
  }

  private static HttpRequest request(
      String authority, @Nullable String header, @Nullable String value) {
    RequestHeadersBuilder headers =
        RequestHeaders.builder(HttpMethod.POST, "/").authority(authority);
    if (header != null && value != null) {
      headers.add(header, value);
    }
    return HttpRequest.of(headers.build());
  }
}

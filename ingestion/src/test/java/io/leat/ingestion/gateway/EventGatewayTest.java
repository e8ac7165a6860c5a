package io.leat.ingestion.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.access.Access;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class EventGatewayTest {
  @Test
  void withoutKeysItOpensOnLoopbackAlone() {
    JobOptions options = options("--http-host=0.0.0.0");

    assertThatThrownBy(() -> EventGateway.start(options, GatewaySettings.LOCAL))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "Without API keys the endpoint opens on loopback alone, not on 0.0.0.0. Give a file of keys"
                + " with --api-keys; or --open, where the network keeps others out.");
  }

  @Test
  void aCertificateThatIsNotThereIsNamed() {
    GatewaySettings settings =
        new GatewaySettings(
            GatewayLimits.DEFAULT,
            new Access(
                Optional.empty(),
                Optional.of(new Access.Tls(Path.of("no.crt"), Path.of("no.key"))),
                false));

    assertThatThrownBy(() -> EventGateway.start(options("--http-host=127.0.0.1"), settings))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("no.crt");
  }

  @Test
  void aBrowserIsShownWhatTheGatewayIsAndHowToUseIt() throws Exception {
    try (EventGateway gateway =
        EventGateway.start(options("--http-host=127.0.0.1"), GatewaySettings.LOCAL)) {
      HttpResponse<String> page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.httpPort() + "/"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
      assertThat(page.body())
          .contains(
              "<h1>HTTP gateway of shop</h1>", "POST /events/payments", "openapi.yaml", "curl");
    }
  }

  private static JobOptions options(String host) {
    JobOptions options = new JobOptions();
    new CommandLine(options)
        .parseArgs(
            "--pipeline="
                + Path.of(System.getProperty("leat.project"), "ingestion/src/test/resources/shop"),
            "--http-port=0",
            "--bootstrap-servers=127.0.0.1:1",
            host);
    return options;
  }
}
